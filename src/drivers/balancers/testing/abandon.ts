/** A Teal that takes up the balancer in a folder, applies a config, says so, and then waits to be killed. */
import type { BalancerConfig } from '../balancer.ts';
import { createEmbeddedBalancer } from '../embedded/embedded-balancer.ts';

const [folder = '', entry = '', config = ''] = process.argv.slice(2);
const balancer = await createEmbeddedBalancer({ folder, entry, host: '127.0.0.1', onChange: () => undefined });
process.send?.(await balancer.apply(JSON.parse(config) as BalancerConfig));
setInterval(() => undefined, 1000);
