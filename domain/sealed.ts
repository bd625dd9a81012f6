import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { z } from 'zod';

/**
 * Values that leave our hands, or lie on disk, as opaque text: encrypted and authenticated, with an end of validity where
 * they have one. The text is a JWE in compact form (RFC 7516: dir, A256GCM).
 */
export interface Sealer<T> {
  seal(value: T, expiresAt?: Date): string;
  /** Null when it was not sealed by this service, was tampered with, or has expired at `now`. */
  open(sealed: string, now: Date): T | null;
}

const CIPHER = 'aes-256-gcm';
/** Length of the initialisation vector in NIST SP 800-38D and RFC 7518 (5.3). */
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Initialization vector, ciphertext, tag; before them the header, and no encrypted key. */
const REST = /^([\w-]{16})\.([\w-]+)\.([\w-]{22})$/;

/** Returns the prefix of every value sealed under the named key; without a name, under the key that has none. */
export function sealedPrefix(keyName?: string): string {
  return `${headerOf(keyName)}..`;
}

function headerOf(keyName?: string): string {
  return base64url(Buffer.from(JSON.stringify({ alg: 'dir', enc: 'A256GCM', kid: keyName })));
}

/**
 * @param key 256 bits, for this kind of value alone (domain/secret.ts).
 * @param keyName stands in the header of each value (`kid`), so that it names the key that opens it.
 */
export function sealer<T>(schema: z.ZodType<T>, key: Uint8Array, keyName?: string): Sealer<T> {
  const Sealed = z.object({ value: schema, exp: z.number().optional() });
  const secret = createSecretKey(key);
  const header = headerOf(keyName);
  const authenticated = Buffer.from(header);
  const prefix = sealedPrefix(keyName);

  function decrypted(sealed: string): string | null {
    if (!sealed.startsWith(prefix)) return null;
    const [, iv, ciphertext, tag] = REST.exec(sealed.slice(prefix.length)) ?? [];
    if (iv === undefined || ciphertext === undefined || tag === undefined) return null;
    const decipher = createDecipheriv(CIPHER, secret, bytes(iv), { authTagLength: TAG_BYTES });
    decipher.setAAD(authenticated).setAuthTag(bytes(tag));
    return Buffer.concat([decipher.update(bytes(ciphertext)), decipher.final()]).toString();
  }

  return {
    seal(value, expiresAt) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, secret, iv, { authTagLength: TAG_BYTES }).setAAD(authenticated);
      // The end as a JWT has it.
      const plaintext = JSON.stringify({ value, exp: expiresAt && inSeconds(expiresAt) });
      const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      return [header, '', ...[iv, ciphertext, cipher.getAuthTag()].map(base64url)].join('.');
    },
    open(sealed, now) {
      try {
        const plaintext = decrypted(sealed);
        if (plaintext === null) return null;
        const { value, exp = Infinity } = Sealed.parse(JSON.parse(plaintext));
        return inSeconds(now) < exp ? value : null;
      } catch {
        return null;
      }
    },
  };
}

function base64url(buffer: Buffer): string {
  return buffer.toString('base64url');
}

function bytes(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}

function inSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1_000);
}
