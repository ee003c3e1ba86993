import { cookiePair, findCookie } from './cookies.ts';
import type { CookieSeal } from './cookie-seal.ts';

const NAME = 'AWSALBTG';

/** Keeps clients with the group that one rule first sent them to. */
export class GroupStickiness {
  readonly #seal: CookieSeal;
  /** Cookies know no ports: those of a test listener's rule must not move a client of the production listener. */
  readonly #rule: string;
  readonly #duration: number;

  /** @param duration - milliseconds, counted from the first answer */
  constructor(seal: CookieSeal, rule: string, duration: number) {
    this.#seal = seal;
    this.#rule = rule;
    this.#duration = duration;
  }

  /** The ARN of the group that a request's client stays with. @param headers - the request's */
  find(headers: readonly string[], now: number): string | undefined {
    const value = findCookie(headers, NAME) ?? findCookie(headers, `${NAME}CORS`);
    const sealed = value === undefined ? undefined : this.#seal.open(NAME, value);
    if (!sealed || now - sealed.issuedAt >= this.#duration) return undefined;
    const [rule, group] = sealed.parts;
    return rule === this.#rule ? group : undefined;
  }

  /** `Set-Cookie` values for a client that was just given a group. */
  issue(group: string, now: number): readonly string[] {
    return cookiePair(NAME, this.#seal.seal(NAME, { issuedAt: now, parts: [this.#rule, group] }), now);
  }
}
