import type { HttpSettings } from '../../balancer.ts';
import { answerHeaders } from './answer-headers.ts';
import type { HttpDate } from './http-date.ts';
import type { AnswerHead, ClientStream } from './messages.ts';

/** Answers of a known length up to this are sent when they are whole: one write, and 504 where they come short. Bytes. */
const HELD_BODY = 16 * 1024;

/** Carries a target's answer to the client. */
export class AnswerRelay {
  /** The status that the client has been told; 0 before. */
  status = 0;
  readonly #client: ClientStream;
  readonly #http: HttpSettings;
  readonly #date: HttpDate;
  /** The answer's head while its body is awaited, and what has come of it. */
  #held: AnswerHead | undefined;
  #parts: Buffer[] | undefined;

  constructor(client: ClientStream, http: HttpSettings, date: HttpDate) {
    this.#client = client;
    this.#http = http;
    this.#date = date;
  }

  begin(head: AnswerHead): void {
    if (head.bodyLength !== undefined && head.bodyLength <= HELD_BODY) this.#held = head;
    else this.#send(head);
  }

  /** @returns false to have the target wait */
  data(bytes: Buffer): boolean {
    if (!this.#held) return this.#client.write(bytes);
    (this.#parts ??= []).push(bytes);
    return true;
  }

  end(last: Buffer | undefined, trailers: readonly string[] | undefined): void {
    if (this.#held) this.#send(this.#held);
    const parts = this.#parts;
    if (parts && last) parts.push(last);
    this.#client.end(parts ? Buffer.concat(parts) : last, trailers);
  }

  /** What was held will not become whole; another answer may be begun. */
  drop(): void {
    this.#held = undefined;
    this.#parts = undefined;
  }

  #send(head: AnswerHead): void {
    const headers = answerHeaders(head.headers, this.#http, this.#date.text(Date.now()));
    this.#held = undefined;
    this.status = head.status;
    this.#client.answer(head.status, head.reason, headers, head.bodyLength);
  }
}
