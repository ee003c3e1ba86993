import type { TargetGroupConfig } from '../../balancer.ts';
import { createHttp1Connector } from './http1/target-connector.ts';
import { createHttp2Connector } from './http2/target-connector.ts';
import type { TargetConnector } from './messages.ts';

export interface ConnectorAddress extends Pick<TargetGroupConfig, 'protocol' | 'version'> {
  readonly host: string;
  readonly port: number;
}

export type ConnectorFactory = (address: ConnectorAddress) => TargetConnector;

/** How a group's targets are spoken to, by its protocol and version. */
export const createConnector: ConnectorFactory = ({ host, port, protocol, version }) => {
  const address = { host, port, tls: protocol === 'https' };
  return version === 'HTTP1' ? createHttp1Connector(address) : createHttp2Connector(address, version);
};
