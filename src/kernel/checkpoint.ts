/**
 * A named no-op between "recorded" and "performed" and after it: crash tests stop the process there.
 *
 * In production nothing listens. A test passes `--kill-at NAME[:N]`, and the Nth time that name is
 * reached the process ends as by SIGKILL.
 */
export type Checkpoint = (name: string) => void;

export const noCheckpoint: Checkpoint = () => undefined;
