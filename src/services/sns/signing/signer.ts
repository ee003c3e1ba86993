import { createPrivateKey, createSign } from 'node:crypto';
import type { Clock } from '../../../kernel/clock.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Store } from '../../../store/store.ts';
import { makeSigningKey, type SigningKey } from './self-signed.ts';

export interface Signer {
  /** Base64; version 1 is SHA-1, version 2 SHA-256. */
  sign(text: string, version: '1' | '2'): Promise<string>;
  /** PEM. */
  certificate(): Promise<string>;
}

/** The key belongs to no account: it is kept under a scope that no request can name. */
const NOWHERE: Scope = { account: '-', region: '-' };
const ID = 'sns/signing-key';

/** Signs with the key in the store, which is made when the first message needs it. */
export function createSigner(store: Store, clock: Clock): Signer {
  let key: Promise<SigningKey> | undefined;
  const load = (): Promise<SigningKey> => {
    key ??= readOrMake(store, clock).catch((cause: unknown) => {
      key = undefined; // the next message tries again
      throw cause;
    });
    return key;
  };
  return {
    async sign(text, version) {
      const { privateKey } = await load();
      const algorithm = version === '2' ? 'RSA-SHA256' : 'RSA-SHA1';
      return createSign(algorithm).update(text).sign(createPrivateKey(privateKey), 'base64');
    },
    certificate: async () => (await load()).certificate,
  };
}

async function readOrMake(store: Store, clock: Clock): Promise<SigningKey> {
  const settings = store.records<SigningKey>('teal_settings');
  const found = await settings.get(NOWHERE, ID);
  if (found) return found;
  const made = await makeSigningKey(clock.now());
  await settings.put(NOWHERE, ID, made);
  return made;
}
