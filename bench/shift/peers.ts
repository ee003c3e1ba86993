import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTagsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultNetwork, demoClients } from '../../src/cli/demo/clients.ts';
import type { Balancer } from '../../src/drivers/balancers/balancer.ts';
import { createEmbeddedBalancer } from '../../src/drivers/balancers/embedded/embedded-balancer.ts';
import { findHaproxy } from '../../src/drivers/balancers/haproxy/find-haproxy.ts';
import { createHaproxyBalancer } from '../../src/drivers/balancers/haproxy/haproxy-balancer.ts';
import { configOf, forwardTo, groupOf, listenerOf } from '../../src/drivers/balancers/testing/configs.ts';
import { until } from '../../src/drivers/balancers/testing/client.ts';
import { eventually } from '../../test/support/eventually.ts';
import { spawnTeal } from '../../test/support/spawned-teal.ts';
import { freePort } from '../support.ts';

/** A load balancer with two groups. */
export interface Peer {
  readonly name: string;
  readonly port: number;
  /** Gives green so many percent; resolves when the load balancer has acknowledged it. */
  shift(green: number): Promise<void>;
  close(): Promise<void>;
}

type Open = (folder: string, ports: readonly [number, number]) => Promise<Peer>;

/** Every peer that can be had here; the rest are named with what is missing. */
export async function listPeers(): Promise<{ readonly peers: readonly Open[]; readonly missing?: string }> {
  const missing = await findHaproxy().then(
    () => undefined,
    (cause: Error) => cause.message,
  );
  if (missing !== undefined) return { peers: [openEmbedded, openApi], missing };
  return { peers: [openEmbedded, openHaproxyDriver, openHaproxyByHand, openApi] };
}

const openEmbedded: Open = async (folder, ports) => {
  // Named outright: this program is bundled as `bench/shift.js`, a folder below the balancer process's own bundle.
  const entry = fileURLToPath(new URL('../balancer.js', import.meta.url));
  const options = { folder, host: '127.0.0.1', entry, onChange: () => undefined };
  return driven('embedded', await createEmbeddedBalancer(options), ports);
};

const openHaproxyDriver: Open = async (folder, ports) => {
  const options = { folder, host: '127.0.0.1', onChange: () => undefined };
  return driven('haproxy', await createHaproxyBalancer(options), ports);
};

async function driven(name: string, balancer: Balancer, [blue, green]: readonly [number, number]): Promise<Peer> {
  let epoch = 0;
  const apply = (share: number) => {
    const listener = listenerOf([forwardTo({ blue: 100 - share, green: share })]);
    return balancer.apply(configOf((epoch += 1), [listener], [groupOf('blue', [blue]), groupOf('green', [green])]));
  };
  const seen = await apply(10);
  await until('healthy targets', async () => {
    const { targetGroups } = await balancer.observe();
    return targetGroups.every((group) => group.targets.every((target) => target.health === 'healthy'));
  });
  return {
    name,
    port: seen.listeners[0]?.boundPort ?? 0,
    shift: async (share) => void (await apply(share)),
    close: () => balancer.close({ leaveRunning: false }),
  };
}

/** As a person would write it: one map entry with the threshold, moved by `set map` on the admin socket. */
const openHaproxyByHand: Open = async (folder, [blue, green]) => {
  const port = await freePort();
  const [map, socket, file] = ['weights.map', 'admin.sock', 'haproxy.cfg'].map((each) => join(folder, each));
  if (!map || !socket || !file) throw new Error('no folder');
  writeFileSync(map, 'rule1 100\n');
  writeFileSync(
    file,
    `
global
  maxconn 8000
  stats socket ${socket} mode 600 level admin
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  option forwardfor
  http-reuse always
  retries 0
frontend front
  bind 127.0.0.1:${port}
  http-request set-var(txn.t) str(rule1),map_str(${map})
  http-request set-var(txn.r) rand(1000),sub(txn.t)
  use_backend green if { var(txn.r) -m int lt 0 }
  default_backend blue
backend blue
  server b1 127.0.0.1:${blue} check inter 1s
backend green
  server g1 127.0.0.1:${green} check inter 1s
`,
  );
  const { path } = await findHaproxy();
  const child = spawn(path, ['-db', '-f', file], { stdio: 'ignore' });
  await eventually('HAProxy to answer', () => command(socket, 'show info').catch(() => undefined));
  return {
    name: 'haproxy by hand',
    port,
    shift: async (share) => void (await command(socket, `set map ${map} rule1 ${share * 10}`)),
    async close() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
};

function command(socket: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const client = connect(socket, () => client.write(`${text}\n`));
    client.setEncoding('utf8').on('data', (part: string) => (answer += part));
    client.on('error', reject);
    client.on('end', () => resolve(answer));
  });
}

/** A whole Teal, shifted by ModifyListener as CodeDeploy does it. */
const openApi: Open = async (folder, ports) => {
  const args = ['--port', '0', '--data', join(folder, 'data'), '--runtime', 'process', '--log-level', 'error'];
  const teal = await spawnTeal(args);
  const { elbv2 } = demoClients(teal.url);
  const { vpcId, subnets } = await defaultNetwork(teal.url);
  const made = await elbv2.send(new CreateLoadBalancerCommand({ Name: 'shift', Subnets: subnets }));
  const [blue, green] = [
    await createGroup(elbv2, vpcId, 'blue', ports[0]),
    await createGroup(elbv2, vpcId, 'green', ports[1]),
  ];
  const actions = (share: number) => [
    {
      Type: 'forward' as const,
      ForwardConfig: {
        TargetGroups: [
          { TargetGroupArn: blue, Weight: 100 - share },
          { TargetGroupArn: green, Weight: share },
        ],
      },
    },
  ];
  const Port = await freePort();
  const LoadBalancerArn = made.LoadBalancers?.[0]?.LoadBalancerArn;
  const { Listeners } = await elbv2.send(
    new CreateListenerCommand({ LoadBalancerArn, Protocol: 'HTTP', Port, DefaultActions: actions(10) }),
  );
  const ListenerArn = Listeners?.[0]?.ListenerArn ?? '';
  for (const TargetGroupArn of [blue, green])
    await eventually('healthy targets', async () => {
      const { TargetHealthDescriptions = [] } = await elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
      return TargetHealthDescriptions.every((each) => each.TargetHealth?.State === 'healthy') || undefined;
    });
  const { TagDescriptions } = await elbv2.send(new DescribeTagsCommand({ ResourceArns: [ListenerArn] }));
  const bound = TagDescriptions?.[0]?.Tags?.find((tag) => tag.Key === 'teal:bound-port')?.Value;
  return {
    name: 'ModifyListener',
    port: Number(bound ?? Port),
    shift: async (share) =>
      void (await elbv2.send(new ModifyListenerCommand({ ListenerArn, DefaultActions: actions(share) }))),
    close: () => teal.stop(),
  };
};

async function createGroup(
  elb: ElasticLoadBalancingV2Client,
  VpcId: string,
  Name: string,
  port: number,
): Promise<string> {
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      Name,
      Protocol: 'HTTP',
      Port: port,
      VpcId,
      TargetType: 'ip',
      HealthCheckPath: '/health',
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
      HealthyThresholdCount: 2,
    }),
  );
  const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? '';
  await elb.send(
    new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: '127.0.0.1', Port: port, AvailabilityZone: 'all' }] }),
  );
  return TargetGroupArn;
}

/** Opens a peer with a folder of its own. */
export async function openPeer(open: Open, folder: string, ports: readonly [number, number]): Promise<Peer> {
  mkdirSync(folder, { recursive: true });
  return open(folder, ports);
}
