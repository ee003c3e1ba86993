import { afterEach } from 'vitest';
import { createBell, type Bell } from '../../../kernel/bell.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { silentLogger } from '../../../kernel/logger.ts';
import { systemClock } from '../../../kernel/clock.ts';
import { openStore } from '../../../store/open-store.ts';
import type { Store } from '../../../store/store.ts';
import type { CallContext } from '../../../wire/types.ts';
import { elbv2, type ElbService } from '../index.ts';
import { recordingBalancer, type RecordingBalancer } from './recording-balancer.ts';

export interface Balancing {
  readonly service: ElbService;
  readonly store: Store;
  readonly bell: Bell;
  readonly balancer: RecordingBalancer;
  /** Moves `now`; nothing wakes up for it. */
  advance(milliseconds: number): void;
  /** Calls an action as the wire would, without the wire's checks. */
  readonly call: (operation: string, input?: Record<string, unknown>, account?: string) => Promise<Answer>;
}

/** Answers are read by member; a test that reads a wrong one fails. */
export type Answer = Record<string, unknown>;

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

export async function startBalancing(
  options: { readonly balancer?: RecordingBalancer; readonly store?: Store; readonly isStarted?: boolean } = {},
): Promise<Balancing> {
  const store = options.store ?? (await ownStore());
  const balancer = options.balancer ?? recordingBalancer();
  const { clock, advance } = movableClock();
  const bell = createBell(clock);
  const service = elbv2({ store, clock, logger: silentLogger(), bell, balancer, accessLogFolder: '/logs' });
  if (options.isStarted !== false) {
    await service.start();
    open.push(service);
  }
  return { service, store, bell, balancer, advance, call: caller(service) };
}

export async function ownStore(): Promise<Store> {
  const store = await openStore(':memory:');
  open.push(store);
  return store;
}

function movableClock(): { readonly clock: Clock; readonly advance: (milliseconds: number) => void } {
  const real = systemClock(10);
  let ahead = 0;
  const clock: Clock = { ...real, now: () => new Date(real.now().getTime() + ahead) };
  return { clock, advance: (milliseconds) => void (ahead += milliseconds) };
}

function caller({ actions }: ElbService): Balancing['call'] {
  const table = actions as Record<string, (input: unknown, ctx: CallContext) => unknown>;
  return async (operation, input = {}, account = '111122223333') => {
    const action = table[operation];
    if (!action) throw new Error(`no action ${operation}`);
    return (await action(input, context(operation, account))) as Answer;
  };
}

const context = (operation: string, account: string): CallContext => ({
  service: 'elbv2',
  account,
  region: 'eu-west-1',
  operation,
  requestId: 'test',
  accessKeyId: undefined,
  principal: undefined,
  signal: new AbortController().signal,
});
