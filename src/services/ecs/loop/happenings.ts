import { eventText } from '../events.ts';
import type { TaskSetRecord } from '../records/task-set.ts';

/** What a pass did to one task of a service; told as events once the pass is over, like with like. */
export type Happening =
  | {
      readonly what: 'started' | 'draining' | 'stopped' | 'stopped-pending';
      readonly setId: string;
      readonly taskId: string;
    }
  | {
      readonly what: 'registered' | 'deregistered' | 'no-target-group';
      readonly setId: string;
      readonly taskId: string;
      readonly targetGroupArn: string;
    }
  | { readonly what: 'note'; readonly setId: string; readonly taskId: string; readonly text: string };

const ORDER = [
  'note',
  'started',
  'registered',
  'no-target-group',
  'draining',
  'deregistered',
  'stopped',
  'stopped-pending',
] as const satisfies readonly Happening['what'][];

/** The event texts for what happened to the tasks of one set, in AWS's order. */
export function tellHappenings(service: string, set: TaskSetRecord, happenings: readonly Happening[]): string[] {
  return ORDER.flatMap((what) => {
    const alike = happenings.filter((happening) => happening.what === what);
    return alike.length === 0 ? [] : tell(service, set, what, alike);
  });
}

function tell(service: string, set: TaskSetRecord, what: Happening['what'], alike: readonly Happening[]): string[] {
  const subject = { service, set };
  const ids = alike.map(({ taskId }) => taskId);
  switch (what) {
    case 'note':
      return alike.flatMap((happening) => (happening.what === 'note' ? [happening.text] : []));
    case 'started':
      return [eventText.started(subject, ids)];
    case 'draining':
      return [eventText.draining(subject, ids.length)];
    case 'stopped':
      return [eventText.stopped(subject, ids)];
    case 'stopped-pending':
      return [eventText.stoppedPending(subject, ids.length)];
    case 'registered':
      return perGroup(alike, (n, arn) => eventText.registered(subject, n, arn));
    case 'deregistered':
      return perGroup(alike, (n, arn) => eventText.deregistered(subject, n, arn));
    case 'no-target-group':
      return perGroup(alike, (_n, arn) => eventText.noTargetGroup(subject, arn));
  }
}

function perGroup(alike: readonly Happening[], text: (n: number, arn: string) => string): string[] {
  const arns = alike.flatMap((happening) => ('targetGroupArn' in happening ? [happening.targetGroupArn] : []));
  return [...new Set(arns)].map((arn) => text(arns.filter((one) => one === arn).length, arn));
}
