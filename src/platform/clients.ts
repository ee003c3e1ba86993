import type { AwsClients } from '../aws/clients.ts';
import { createAwsClients } from '../aws/create-clients.ts';
import { createQueues } from '../aws/queues.ts';
import type { Queues } from '../kernel/queues.ts';
import type { Wire } from '../wire/dispatch.ts';
import { inProcessHandler } from '../wire/in-process.ts';

/** What parts of the platform reach each other through, and queues elsewhere. */
export interface Clients {
  /** As any client does, though in process. */
  readonly aws: AwsClients;
  /** The same, with the rights of the service CodeDeploy. */
  readonly asCodeDeploy: AwsClients;
  readonly queues: Queues;
  close(): void;
}

/** @param wire - what they reach; it may be built later */
export function createClients(wire: Pick<Wire, 'handle'>, sqsEndpoint: string | undefined): Clients {
  const aws = createAwsClients({ requestHandler: inProcessHandler(wire) });
  const asCodeDeploy = createAwsClients({
    requestHandler: inProcessHandler(wire, { principal: 'codedeploy.amazonaws.com' }),
  });
  const queues = createQueues({ endpoint: sqsEndpoint, environment: process.env });
  return {
    aws,
    asCodeDeploy,
    queues,
    close() {
      aws.close();
      asCodeDeploy.close();
      queues.close();
    },
  };
}
