import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { seconds } from '../../../kernel/span.ts';
import type { RuleConfig } from '../balancer.ts';
import { ask, type Answer } from '../testing/client.ts';
import { forwardTo, groupOf, listenerOf } from '../testing/configs.ts';
import type { Stage } from '../testing/stage.ts';

/** A browser's cookies: the last value of each name. */
class Jar {
  readonly values = new Map<string, string>();
  readonly attributes = new Map<string, string>();

  take({ headers }: Answer): this {
    for (const line of headers['set-cookie'] ?? []) {
      const [, name = '', value = '', attributes = ''] = /^([^=]+)=([^;]*)(.*)$/.exec(line) ?? [];
      this.values.set(name, value);
      this.attributes.set(name, attributes);
    }
    return this;
  }

  get headers(): { cookie: string } {
    return { cookie: [...this.values].map(([name, value]) => `${name}=${value}`).join('; ') };
  }
}

const stickyForward = (weights: Record<string, number>, duration = seconds(3600)): RuleConfig => {
  const rule = forwardTo(weights);
  if (rule.action.type !== 'forward') throw new Error('forwardTo forwards');
  return { ...rule, action: { ...rule.action, stickiness: { duration } } };
};

export function stickinessSemantics(stage: () => Stage): void {
  const asked = async (port: number, jar: Jar, times: number) => {
    const names = new Set<string>();
    for (let count = 0; count < times; count++) {
      const answer = await ask({ port, headers: jar.headers });
      jar.take(answer);
      names.add(answer.body.toString());
    }
    return [...names];
  };
  const weighted = (weights: Record<string, number>, ports: Record<string, number>, duration = seconds(3600)) =>
    stage().apply(
      [listenerOf([stickyForward(weights, duration)])],
      Object.entries(ports).map(([arn, port]) => groupOf(arn, [port])),
    );

  describe('group stickiness', () => {
    it('keeps a client with its group over changes of weight, at weight 0 too, while the action names it', async () => {
      const [blue, green] = [await stage().backend('blue'), await stage().backend('green')];
      const ports = { 'g-blue': blue.port, 'g-green': green.port };
      const port = await weighted({ 'g-blue': 1, 'g-green': 0 }, ports);
      await stage().healthy();
      const jar = new Jar().take(await ask({ port }));

      await weighted({ 'g-blue': 0, 'g-green': 1 }, ports);

      expect([...jar.values.keys()].sort()).toEqual(['AWSALBTG', 'AWSALBTGCORS']);
      expect(jar.attributes.get('AWSALBTG')).toMatch(/^; Expires=[A-Z][a-z]{2}, .* GMT; Path=\/$/);
      expect(jar.attributes.get('AWSALBTGCORS')).toMatch(/; Path=\/; SameSite=None; Secure$/);
      expect(jar.values.get('AWSALBTG')).not.toContain('g-blue');
      expect(await asked(port, jar, 10)).toEqual(['blue']);
      expect((await ask({ port })).body.toString()).toBe('green');
      await weighted({ 'g-green': 1 }, ports);
      expect(await asked(port, jar, 5)).toEqual(['green']);
      await weighted({ 'g-blue': 1, 'g-green': 0 }, ports);
      expect(await asked(port, jar, 5)).toEqual(['green']);
    });

    it('takes no cookie that another made', async () => {
      const [blue, green] = [await stage().backend('blue'), await stage().backend('green')];
      const port = await weighted({ 'f-blue': 0, 'f-green': 1 }, { 'f-blue': blue.port, 'f-green': green.port });
      await stage().healthy();

      const answer = await ask({ port, headers: { cookie: `AWSALBTG=${'A'.repeat(80)}` } });

      expect(answer.body.toString()).toBe('green');
      expect(new Jar().take(answer).values.has('AWSALBTG')).toBe(true);
    });
  });

  describe('target stickiness', () => {
    it('keeps a client with its target by the cookie AWSALB, and gives it another when that leaves', async () => {
      const [one, two] = [await stage().backend('one'), await stage().backend('two')];
      const stickiness = { type: 'lb_cookie', duration: seconds(3600) } as const;
      const group = groupOf('lb', [one.port, two.port], { stickiness });
      const port = await stage().apply([listenerOf([forwardTo({ lb: 1 })])], [group]);
      await stage().healthy();
      const jar = new Jar();
      const [first = ''] = await asked(port, jar, 1);
      const staying = await asked(port, jar, 10);
      const leaving = first === 'one' ? one.port : two.port;
      const targets = group.targets.map((target) => ({ ...target, draining: target.port === leaving }));

      await stage().apply([listenerOf([forwardTo({ lb: 1 })])], [{ ...group, targets }]);
      const moved = await asked(port, jar, 5);
      await stage().apply([listenerOf([forwardTo({ lb: 1 })])], [group]);
      await stage().healthy();

      expect([...jar.values.keys()].sort()).toEqual(['AWSALB', 'AWSALBCORS']);
      expect(jar.attributes.get('AWSALBCORS')).toMatch(/; SameSite=None; Secure$/);
      expect(staying).toEqual([first]);
      expect(moved).toEqual([first === 'one' ? 'two' : 'one']);
      expect(await asked(port, jar, 10)).toEqual(moved);
    });

    it("begins when the target sets the application's cookie, where that is asked for", async () => {
      const session =
        (name: string): RequestListener =>
        (request, response) => {
          if (request.url === '/login') response.setHeader('Set-Cookie', 'session=abc; Path=/');
          response.end(name);
        };
      const one = await stage().backend('one', session('one'));
      const two = await stage().backend('two', session('two'));
      const stickiness = { type: 'app_cookie', cookie: 'session', duration: seconds(3600) } as const;
      const port = await stage().apply(
        [listenerOf([forwardTo({ app: 1 })])],
        [groupOf('app', [one.port, two.port], { stickiness })],
      );
      await stage().healthy();
      const jar = new Jar();

      expect((await asked(port, jar, 4)).sort()).toEqual(['one', 'two']);
      expect([...jar.values.keys()]).toEqual([]);
      const login = await ask({ port, path: '/login' });
      jar.take(login);
      expect([...jar.values.keys()].sort()).toEqual(['AWSALBAPP-0', 'session']);
      expect(await asked(port, jar, 10)).toEqual([login.body.toString()]);
    });

    it('does nothing in an action of several groups without group stickiness, as AWS says', async () => {
      const [one, two] = [await stage().backend('one'), await stage().backend('two')];
      const stickiness = { type: 'lb_cookie', duration: seconds(3600) } as const;
      const groups = [groupOf('m-one', [one.port, two.port], { stickiness }), groupOf('m-two', [])];
      const weights = { 'm-one': 1, 'm-two': 0 };
      const port = await stage().apply([listenerOf([forwardTo(weights)])], groups);
      await stage().healthy();
      const loose = new Jar();
      const spread = (await asked(port, loose, 10)).sort();

      await stage().apply([listenerOf([stickyForward(weights)])], groups);
      const jar = new Jar();
      await asked(port, jar, 1);

      expect(spread).toEqual(['one', 'two']);
      expect(loose.values.size).toBe(0);
      expect([...jar.values.keys()].sort()).toEqual(['AWSALB', 'AWSALBCORS', 'AWSALBTG', 'AWSALBTGCORS']);
      expect(await asked(port, jar, 10)).toHaveLength(1);
    });
  });
}
