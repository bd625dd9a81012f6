import { webcrypto } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { z } from 'zod';

/**
 * Values that leave our hands, or lie on disk, as opaque text: encrypted and authenticated (JWE, dir, A256GCM), with an
 * end of validity where they have one.
 */
export interface Sealer<T> {
  seal(value: T, expiresAt?: Date): Promise<string>;
  /** Null when it was not sealed by this service, was tampered with, or has expired at `now`. */
  open(sealed: string, now: Date): Promise<T | null>;
}

const HEADER = { alg: 'dir', enc: 'A256GCM' };

/** @param key 256 bits, for this kind of value alone (domain/secret.ts). */
export function sealer<T>(schema: z.ZodType<T>, key: Uint8Array): Sealer<T> {
  const Sealed = z.object({ value: schema, exp: z.number().optional() });
  // Imported once: jose would do it each time.
  let imported: Promise<webcrypto.CryptoKey> | undefined;
  const cryptoKey = () =>
    (imported ??= webcrypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt']));
  return {
    async seal(value, expiresAt) {
      // As a JWT has it. jose's own encryption of JWTs takes half as long again, and an answer has hundreds of slots.
      const exp = expiresAt && inSeconds(expiresAt);
      const plaintext = new TextEncoder().encode(JSON.stringify({ value, exp }));
      return new CompactEncrypt(plaintext).setProtectedHeader(HEADER).encrypt(await cryptoKey());
    },
    async open(sealed, now) {
      try {
        const { plaintext } = await compactDecrypt(sealed, await cryptoKey(), {
          keyManagementAlgorithms: [HEADER.alg],
          contentEncryptionAlgorithms: [HEADER.enc],
        });
        const { value, exp = Infinity } = Sealed.parse(JSON.parse(new TextDecoder().decode(plaintext)));
        return inSeconds(now) < exp ? value : null;
      } catch {
        return null;
      }
    },
  };
}

function inSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1_000);
}
