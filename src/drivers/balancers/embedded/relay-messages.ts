import type { BalancerConfig, BalancerObservation } from '../balancer.ts';
import type { PortKey } from './traffic/port-memory.ts';
import type { ProcessIdentity } from '../process-identity.ts';

/** What a balancer process tells the one that replaces it, over an IPC channel. A door's socket comes with it. */
export type ToSuccessor =
  | {
      readonly do: 'inherit';
      readonly from: ProcessIdentity;
      /** Absent before the first. */
      readonly config?: BalancerConfig;
      readonly observation: BalancerObservation;
    }
  | { readonly do: 'door'; readonly key: PortKey; readonly note?: string }
  /** Every door has been sent. */
  | { readonly do: 'complete' }
  | { readonly do: 'answer'; readonly id: number; readonly observation: BalancerObservation }
  | { readonly do: 'refuse'; readonly id: number; readonly error: string }
  | { readonly do: 'changed' }
  /** The last connection has ended, and so does the process. */
  | { readonly do: 'ended'; readonly observation: BalancerObservation };

/** What the newer process tells and asks the older one. */
export type ToPredecessor =
  | { readonly do: 'ready' }
  /** It accepts connections, and drivers find it. */
  | { readonly do: 'serving' }
  | ({ readonly do: 'apply'; readonly config: BalancerConfig } & { readonly id: number })
  | { readonly do: 'observe'; readonly id: number }
  | { readonly do: 'stop' };
