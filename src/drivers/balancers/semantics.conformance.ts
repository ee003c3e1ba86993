import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import type { Balancer, BalancerOptions } from './balancer.ts';
import { accessLogSemantics } from './semantics/access-log.conformance.ts';
import { answerSemantics } from './semantics/answer.conformance.ts';
import { balancingSemantics } from './semantics/balancing.conformance.ts';
import { healthSemantics } from './semantics/health.conformance.ts';
import { ruleSemantics } from './semantics/rule.conformance.ts';
import { stickinessSemantics } from './semantics/stickiness.conformance.ts';
import { Stage } from './testing/stage.ts';

export interface Meant {
  readonly create: (options: BalancerOptions) => Promise<Balancer>;
}

/** What a request meets at every driver that carries traffic, as it would at an Application Load Balancer. */
export function balancerSemantics(driver: string, { create }: Meant): void {
  describe(`${driver} balancer's semantics`, () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await Stage.open(create);
    });
    afterEach(() => stage.endTest());
    afterAll(() => stage.close());

    ruleSemantics(() => stage);
    balancingSemantics(() => stage);
    stickinessSemantics(() => stage);
    answerSemantics(() => stage);
    healthSemantics(() => stage);
    accessLogSemantics(() => stage);
  });
}
