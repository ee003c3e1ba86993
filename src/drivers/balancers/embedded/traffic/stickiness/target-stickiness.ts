import type { TargetStickiness as StickinessConfig } from '../../../balancer.ts';
import type { CookieSeal } from './cookie-seal.ts';
import { cookiePair, findCookie, setsCookie, singleCookie } from './cookies.ts';

const BY_BALANCER = 'AWSALB';
const BY_APPLICATION = 'AWSALBAPP';

/** Keeps clients with one target of a group. */
export class TargetStickiness {
  readonly #seal: CookieSeal;
  readonly #group: string;
  readonly #config: StickinessConfig;

  constructor(seal: CookieSeal, group: string, config: StickinessConfig) {
    this.#seal = seal;
    this.#group = group;
    this.#config = config;
  }

  /** The key of the target that a request's client stays with. @param headers - the request's */
  find(headers: readonly string[], now: number): string | undefined {
    if (this.#config.type === 'lb_cookie')
      return this.#open(
        BY_BALANCER,
        findCookie(headers, BY_BALANCER) ?? findCookie(headers, `${BY_BALANCER}CORS`),
        now,
      );
    // The session ends with the application's own cookie.
    if (findCookie(headers, this.#config.cookie) === undefined) return undefined;
    return this.#open(BY_APPLICATION, findCookie(headers, `${BY_APPLICATION}-0`), now);
  }

  /**
   * `Set-Cookie` values for an answer. That of the balancer is renewed by every answer; that of the application begins
   * when the application's does, and follows the client when its target had to be replaced.
   *
   * @param asked - the key of the target that the client came to stay with
   * @param headers - the answer's own
   */
  issue(target: string, asked: string | undefined, headers: readonly string[], now: number): readonly string[] {
    const config = this.#config;
    const value = (name: string) => this.#seal.seal(name, { issuedAt: now, parts: [this.#group, target] });
    if (config.type === 'lb_cookie') return cookiePair(BY_BALANCER, value(BY_BALANCER), now);
    const moved = asked !== undefined && asked !== target;
    if (!moved && !setsCookie(headers, config.cookie)) return [];
    return [singleCookie(`${BY_APPLICATION}-0`, value(BY_APPLICATION), now)];
  }

  #open(name: string, value: string | undefined, now: number): string | undefined {
    const sealed = value === undefined ? undefined : this.#seal.open(name, value);
    if (!sealed || now - sealed.issuedAt >= this.#config.duration) return undefined;
    const [group, target] = sealed.parts;
    return group === this.#group ? target : undefined;
  }
}
