import { AccessLog } from '../access-log/file.ts';
import { accessLogLine } from '../access-log/line.ts';
import { LatencyHistogram } from '../latency.ts';
import type { LatencyBuckets, ListenerConfig } from '../balancer.ts';
import { accessLogEntry } from './access-log-entry.ts';
import { groupOfBackend, type Book } from './book.ts';
import type { LoggedRequest } from './log-line.ts';

/** What only single requests tell: how long targets took, which statuses are the balancer's own, and access logs. */
export class TrafficLog {
  readonly #address: string;
  readonly #note: (text: string) => void;
  readonly #times = new Map<string, LatencyHistogram>();
  readonly #own = new Map<string, Record<number, number>>();
  readonly #logs = new Map<string, AccessLog>();

  constructor(address: string, note: (text: string) => void) {
    this.#address = address;
    this.#note = note;
  }

  add(request: LoggedRequest, book: Book): void {
    const group = groupOfBackend(book, request.backend);
    const matched = request.rule === undefined ? undefined : book.rules.get(request.rule);
    const listener = matched?.listener ?? book.fronts.get(request.front);
    if (group && request.answeredAfter !== undefined) {
      const times = this.#times.get(group.arn) ?? new LatencyHistogram();
      this.#times.set(group.arn, times);
      times.add(request.answeredAfter, request.times);
    } else if (listener && request.status > 0 && !request.backend.startsWith('a')) {
      const own = this.#own.get(listener.loadBalancer) ?? {};
      this.#own.set(listener.loadBalancer, own);
      own[request.status] = (own[request.status] ?? 0) + 1;
    }
    if (listener?.accessLog && request.rest.length > 0)
      this.#file(listener)?.write(accessLogLine(accessLogEntry(request, { listener, matched: matched?.rule, group })));
  }

  times(groupArn: string): LatencyBuckets {
    return this.#times.get(groupArn)?.toBuckets() ?? [];
  }

  ownAnswers(loadBalancer: string): Readonly<Record<number, number>> {
    return { ...this.#own.get(loadBalancer) };
  }

  /** Ends the files of load balancers that are gone, or log elsewhere now. */
  async keep(book: Book): Promise<void> {
    const wanted = new Set(book.config.listeners.flatMap((listener) => fileKey(listener) ?? []));
    for (const [key, log] of this.#logs) {
      if (wanted.has(key)) continue;
      this.#logs.delete(key);
      await log.close();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#logs.values()].map((log) => log.close()));
  }

  #file(listener: ListenerConfig): AccessLog | undefined {
    const key = fileKey(listener);
    if (key === undefined || !listener.accessLog) return undefined;
    const known = this.#logs.get(key);
    if (known) return known;
    const { loadBalancer, accessLog: config } = listener;
    const log = new AccessLog({ config, loadBalancer, address: this.#address, note: this.#note });
    this.#logs.set(key, log);
    return log;
  }
}

const fileKey = ({ loadBalancer, accessLog }: ListenerConfig): string | undefined =>
  accessLog && `${loadBalancer} ${accessLog.folder}`;
