import { createHmac, createSecretKey, hkdfSync } from 'node:crypto';

/**
 * The service's secrets: the current one, then those that came before it and are still known. What one of them protects is
 * made by the current one and taken under any (docs/operate.md, "Rotating the secret").
 */
export type Secrets = readonly [current: string, ...earlier: string[]];

/**
 * Use of a secret; each use has a key of its own. `caller`, `data-keys` and `device` rotate with the secret; `name` tells
 * secrets apart. The others are keys of data: until there were data keys, they were derived from the secret, too.
 */
export type SecretUse = 'caller' | 'data-keys' | 'device' | 'name' | LedgerKeyUse | AuditKeyUse;

/** Uses of the ledger's data keys. */
export const LEDGER_KEY_USES = ['offer', 'patient-details', 'patient-digest', 'fingerprint'] as const;
export type LedgerKeyUse = (typeof LEDGER_KEY_USES)[number];

/** Uses of the gateway's data keys, which lie beside the audit trail. */
export const AUDIT_KEY_USES = ['audit', 'address'] as const;
export type AuditKeyUse = (typeof AUDIT_KEY_USES)[number];

/** A 256-bit key for one use (HKDF, RFC 5869). */
export function deriveKey(secret: string, use: SecretUse): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, 'gp-booking-gateway', use, 32));
}

/** A key for one use from each secret, the current one's first. */
export function deriveKeys(
  [current, ...earlier]: Secrets,
  use: SecretUse,
): readonly [Uint8Array, ...Uint8Array[]] {
  return [deriveKey(current, use), ...earlier.map((secret) => deriveKey(secret, use))];
}

/** Tells secrets apart without saying anything of them: 64 bits that are derived one way. */
export function secretName(secret: string): string {
  return Buffer.from(deriveKey(secret, 'name')).toString('hex').slice(0, 16);
}

/** The same for the same text, and without the key no way to try texts out: HMAC-SHA-256, base64url. */
export function keyedDigest(key: Uint8Array): (text: string) => string {
  const secret = createSecretKey(key);
  return (text) => createHmac('sha256', secret).update(text).digest('base64url');
}
