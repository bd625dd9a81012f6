import { Webhook } from 'standardwebhooks';

/** The secret of a webhook, and the receiver's check of what arrives, by the library that receivers use. */
export interface WebhookVerifier {
  secret: string;
  key: Uint8Array;
  /** @returns the body. @throws Error when the signature is wrong, or older or newer than the library allows. */
  verify(body: string, headers: Record<string, string>): unknown;
}

/** Tolerance of the library. */
const TOLERANCE_MS = 5 * 60_000;

/** @param now the sender's time of day, where it is not the machine's. */
export function webhookVerifier(now?: () => Date): WebhookVerifier {
  const key = Buffer.from('a secret that both sides know: 32+');
  const secret = `whsec_${key.toString('base64')}`;
  const library = new Webhook(secret);

  function verifyAt(at: Date, body: string, headers: Record<string, string>): unknown {
    // The library compares with the machine's time alone, but signs for any time.
    const sentAt = new Date(Number(headers['webhook-timestamp']) * 1_000);
    const expected = library.sign(String(headers['webhook-id']), sentAt, body);
    if (headers['webhook-signature'] !== expected) throw new Error('The signature is wrong.');
    if (Math.abs(at.getTime() - sentAt.getTime()) > TOLERANCE_MS)
      throw new Error('The timestamp is of another time.');
    return JSON.parse(body);
  }

  return {
    secret,
    key,
    verify: (body, headers) =>
      now === undefined ? library.verify(body, headers) : verifyAt(now(), body, headers),
  };
}
