import { createHash, createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

export interface SignedMessage {
  readonly id: string;
  /** Seconds since 1970, of this attempt. */
  readonly timestamp: number;
  readonly body: string;
}

/**
 * The three headers that tell a receiver who sends, when, and whether it had this before.
 *
 * @param secret - `whsec_` and the key in base64
 * Source: Standard Webhooks, specification, "Webhook headers (sending metadata to consumers)" and "Signature scheme".
 */
export function signatureHeaders(secret: string, { id, timestamp, body }: SignedMessage) {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` };
}

/**
 * The id of a hook's message: the same at every attempt. Receivers write such ids into their logs, so the execution's
 * own id, whose knowledge lets anyone answer, cannot be read from it.
 */
export const messageId = (executionId: string): string =>
  `msg_${createHash('sha256').update(executionId).digest('base64url').slice(0, 27)}`;
