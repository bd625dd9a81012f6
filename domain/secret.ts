import { createHmac, createSecretKey, hkdfSync } from 'node:crypto';

/** What the service's one secret is used for; each use has a key of its own. */
export type SecretUse =
  'offer' | 'caller' | 'patient-details' | 'patient-digest' | 'fingerprint' | 'audit' | 'address';

/** A 256-bit key for one use (HKDF, RFC 5869). */
export function deriveKey(secret: string, use: SecretUse): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, 'gp-booking-gateway', use, 32));
}

/** The same for the same text, and without the key no way to try texts out: HMAC-SHA-256, base64url. */
export function keyedDigest(key: Uint8Array): (text: string) => string {
  const secret = createSecretKey(key);
  return (text) => createHmac('sha256', secret).update(text).digest('base64url');
}
