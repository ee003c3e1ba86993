/** A Teal that takes up the HAProxy in a folder, applies a config, says so, and then waits to be killed. */
import type { BalancerConfig } from '../balancer.ts';
import { createHaproxyBalancer } from '../haproxy/haproxy-balancer.ts';

const [folder = '', config = ''] = process.argv.slice(2);
const balancer = await createHaproxyBalancer({ folder, host: '127.0.0.1', onChange: () => undefined });
process.send?.(await balancer.apply(JSON.parse(config) as BalancerConfig));
setInterval(() => undefined, 1000);
