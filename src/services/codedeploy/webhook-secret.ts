import { randomBytes } from 'node:crypto';
import type { Scope } from '../../kernel/scope.ts';
import type { Store } from '../../store/store.ts';

const ID = 'webhooks/secret';

/**
 * The secret that signs hooks sent to endpoints, one for each account and region, made when it is first asked for.
 *
 * @returns `whsec_` and 32 random bytes in base64
 */
export const webhookSecret = (store: Store, { account, region }: Scope): Promise<string> =>
  store.transaction(async (tx) => {
    const settings = tx.records<{ readonly secret: string }>('teal_settings');
    const found = await settings.get({ account, region }, ID);
    if (found) return found.secret;
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    await settings.put({ account, region }, ID, { secret });
    return secret;
  });
