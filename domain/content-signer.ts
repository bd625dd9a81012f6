import { z } from 'zod';

/** Bytes of an ed25519 public key (RFC 8032). */
const KEY_BYTES = 32;

/** Somebody whose signature makes triage content live, with their ed25519 public key: 32 bytes in base64. */
export const ContentSigner = z.strictObject({
  name: z.string().min(3),
  role: z.string().min(3),
  publicKey: z
    .string()
    .regex(/^[A-Za-z0-9+/]{43}=$/, 'must be the 44 characters that npm run triage:sign -- --show prints')
    .refine((text) => Buffer.from(text, 'base64').length === KEY_BYTES, 'must be 32 bytes in base64'),
});
export type ContentSigner = z.infer<typeof ContentSigner>;

/** Everybody who may sign; a key is one person's. */
export const ContentSigners = z.array(ContentSigner).refine((signers) => {
  const names = new Map(signers.map(({ publicKey, name }) => [publicKey, name]));
  return signers.every(({ publicKey, name }) => names.get(publicKey) === name);
}, 'must not name two people with one key');
