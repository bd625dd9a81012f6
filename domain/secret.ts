import { hkdfSync } from 'node:crypto';

/** What the service's one secret is used for; each use has a key of its own. */
export type SecretUse = 'offer' | 'caller' | 'patient-details' | 'patient-digest';

/** A 256-bit key for one use (HKDF, RFC 5869). */
export function deriveKey(secret: string, use: SecretUse): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, 'gp-booking-gateway', use, 32));
}
