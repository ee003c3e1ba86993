import { GetDeploymentCommand, type DeploymentInfo } from '@aws-sdk/client-codedeploy';
import { defaultNetwork, demoClients, type DemoClients } from '../../src/cli/demo/clients.ts';
import { processContainer, type SampleContainer } from '../../src/cli/demo/sample-container.ts';
import { buildStack, registerTaskDefinition, release, type Stack } from '../../src/cli/demo/stack.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { ensureNodeImage } from './docker-image.ts';
import { eventually } from './eventually.ts';

/** The demo's stack on a Teal under test. */
export interface Sample {
  readonly clients: DemoClients;
  readonly stack: Stack;
  readonly container: SampleContainer;
}

export async function buildSample(endpoint: string, container: SampleContainer = processContainer): Promise<Sample> {
  const clients = demoClients(endpoint);
  const stack = await buildStack(clients, await defaultNetwork(endpoint), systemClock(), () => undefined, container);
  return { clients, stack, container };
}

/** The sample service in containers of an image made of this machine's Node. */
export async function dockerContainer(): Promise<SampleContainer> {
  const image = await ensureNodeImage();
  return (version, isGood) => {
    const container = processContainer(version, isGood);
    return {
      ...container,
      image,
      command: ['/usr/local/bin/node', ...(container.command ?? []).slice(1)],
      environment: [
        ...(container.environment ?? []),
        { name: 'PORT', value: '8080' },
        { name: 'HOST', value: '0.0.0.0' },
      ],
    };
  };
}

export async function releaseVersion(
  { clients, container }: Sample,
  version: string,
  options: { readonly isGood?: boolean; readonly config?: string } = {},
): Promise<string> {
  const taskDefinition = await registerTaskDefinition(clients, container(version, options.isGood ?? true));
  return release(clients, taskDefinition, { config: options.config });
}

export async function deploymentInfo(clients: DemoClients, deploymentId: string): Promise<DeploymentInfo> {
  const { deploymentInfo: info } = await clients.codedeploy.send(new GetDeploymentCommand({ deploymentId }));
  if (!info) throw new Error(`GetDeployment gave nothing for ${deploymentId}`);
  return info;
}

export function ending(clients: DemoClients, deploymentId: string, limit = 120_000): Promise<DeploymentInfo> {
  return eventually(
    `the end of ${deploymentId}`,
    async () => {
      const info = await deploymentInfo(clients, deploymentId);
      return ['Succeeded', 'Failed', 'Stopped'].includes(info.status ?? '') ? info : undefined;
    },
    limit,
  );
}
