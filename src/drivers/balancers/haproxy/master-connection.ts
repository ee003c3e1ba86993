import { connect, type Socket } from 'node:net';
import { HungUp, parseProcesses, type Processes, type Worker } from './master.ts';

/** A real I/O limit, in milliseconds. */
const ANSWER_WITHIN = 10_000;

interface Question {
  readonly count: number;
  readonly answers: string[];
  readonly limit: NodeJS.Timeout;
  readonly resolve: (answers: string[]) => void;
  readonly reject: (cause: Error) => void;
}

/**
 * A lasting connection to the master. It keeps no process from ending.
 *
 * The master hangs up before it starts another worker, and ends when its worker dies: the worker that was the present
 * one on a connection was so at every later answer on it.
 */
export class MasterConnection {
  readonly #socket: Socket;
  #questions: Question[] = [];
  /** It says so after a reload that failed. */
  #prompt: string | undefined;
  #heard = '';
  #onHangUp: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => this.#read(part));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#ended());
  }

  /**
   * @param onHangUp - called when it ends otherwise than by `close`
   * @throws {HungUp} when there is no master, or it is replacing itself
   */
  static async open(path: string, onHangUp: () => void = () => undefined): Promise<MasterConnection> {
    const connection = new MasterConnection(connect(path));
    await connection.#ask(['prompt']);
    connection.#onHangUp = onHangUp;
    return connection;
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  /** @throws {HungUp} */
  async processes(): Promise<Processes> {
    const [text = ''] = await this.#ask(['show proc']);
    return parseProcesses(text);
  }

  /**
   * Gives a worker commands at once, which it follows one after the other.
   *
   * @returns what it said to each
   * @throws {HungUp} also when that worker has ended; some may have been followed
   */
  command({ pid }: Pick<Worker, 'pid'>, commands: readonly string[]): Promise<string[]> {
    return this.#ask(commands.map((text) => `@!${pid} ${text}`));
  }

  close(): void {
    this.#onHangUp = () => undefined;
    this.#socket.destroy();
  }

  #ask(commands: readonly string[]): Promise<string[]> {
    const { length: count } = commands;
    if (count === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      if (!this.isOpen) return reject(new HungUp('HAProxy has hung up'));
      const limit = setTimeout(() => this.#socket.destroy(), ANSWER_WITHIN);
      this.#questions.push({ count, answers: [], limit, resolve, reject });
      this.#socket.ref();
      this.#socket.write(`${commands.join('\n')}\n`);
    });
  }

  #read(part: string): void {
    this.#heard += part;
    this.#prompt ??= /^master\S*> $/.exec(this.#heard)?.[0];
    if (this.#prompt === undefined) return;
    for (;;) {
      const end = this.#heard.startsWith(this.#prompt) ? 0 : this.#heard.indexOf(`\n${this.#prompt}`) + 1;
      if (end === 0 && !this.#heard.startsWith(this.#prompt)) return;
      const answer = this.#heard.slice(0, end).trim();
      this.#heard = this.#heard.slice(end + this.#prompt.length);
      this.#answered(answer);
    }
  }

  #answered(answer: string): void {
    const [question] = this.#questions;
    if (!question) return;
    question.answers.push(answer);
    if (question.answers.length < question.count) return;
    this.#questions.shift();
    clearTimeout(question.limit);
    if (this.#questions.length === 0) this.#socket.unref();
    question.resolve(question.answers);
  }

  #ended(): void {
    for (const { answers, count, limit, reject } of this.#questions.splice(0)) {
      clearTimeout(limit);
      reject(new HungUp(`HAProxy hung up (${answers.length}/${count} answers): ${this.#heard.trim()}`));
    }
    this.#onHangUp();
  }
}
