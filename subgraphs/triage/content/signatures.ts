import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { parse } from 'yaml';
import { z } from 'zod';
import type { ContentSigner } from '../../../domain/content-signer';

/** Signatures over all other content files; no file of content itself. */
export const SIGNATURES_FILE = 'signatures.yaml';

/** A clinician and a Clinical Safety Officer (DCB0129): one pair of eyes is not enough to make content live. */
const MIN_SIGNERS = 2;
const MAX_DAYS = 366;
const DAY_MS = 86_400_000;

const Signature = z.strictObject({
  name: z.string().min(1),
  role: z.string().min(1),
  /** Days, both included. */
  date: z.iso.date(),
  expires: z.iso.date(),
  /** Signature of `signedText`, ed25519, in base64. */
  signature: z.string().min(1),
});
export type Signature = z.infer<typeof Signature>;

export const SignaturesFile = z.strictObject({
  /** SHA-256 in hex of each content file. */
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
  signatures: z.array(Signature),
});
export type SignaturesFile = z.infer<typeof SignaturesFile>;

/** Against which signatures are checked. */
export interface LiveTrust {
  signers: readonly ContentSigner[];
  now: () => Date;
}

/**
 * Returns the reasons for which this content is not signed, as sentences; nothing when it is.
 * @param files text by file name. `part`: an edition of one pathway has some of the files that were signed.
 */
export function signatureFaults(
  files: ReadonlyMap<string, string>,
  { signers, now }: LiveTrust,
  part: 'whole' | 'part' = 'whole',
): string[] {
  const yaml = files.get(SIGNATURES_FILE);
  if (yaml === undefined) return [`Nobody has signed this content: ${SIGNATURES_FILE} is missing.`];
  const signed = readSignatures(yaml);
  if (signed === null) return [`${SIGNATURES_FILE} cannot be read.`];
  const today = now().toISOString().slice(0, 10);
  const valid = signed.signatures.filter(
    (each) => signatureFault(each, signed.files, { signers, today }) === null,
  );
  const people = new Set(valid.map(({ name }) => name));
  return [
    ...fileFaults(files, signed.files, part),
    ...signed.signatures.flatMap((each) => signatureFault(each, signed.files, { signers, today }) ?? []),
    ...(people.size < MIN_SIGNERS
      ? [`Content goes live with the signatures of ${MIN_SIGNERS} people, and ${people.size} of them hold.`]
      : []),
  ];
}

/** Returns the moment at which the first signature ends, which a start would refuse from then on; null where the file cannot be read. */
export function signedUntil(files: ReadonlyMap<string, string>): Date | null {
  const { signatures = [] } = readSignatures(files.get(SIGNATURES_FILE) ?? '') ?? {};
  if (signatures.length === 0) return null;
  return new Date(Math.min(...signatures.map(({ expires }) => Date.parse(expires))) + DAY_MS);
}

/** @returns the names of those who have signed; nobody where the file cannot be read. */
export function signedBy(files: ReadonlyMap<string, string>): string[] {
  const yaml = files.get(SIGNATURES_FILE);
  return (yaml === undefined ? null : readSignatures(yaml))?.signatures.map(({ name }) => name) ?? [];
}

function readSignatures(yaml: string): SignaturesFile | null {
  try {
    return SignaturesFile.safeParse(parse(yaml)).data ?? null;
  } catch {
    return null;
  }
}

function fileFaults(
  files: ReadonlyMap<string, string>,
  signed: SignaturesFile['files'],
  part: 'whole' | 'part',
): string[] {
  const present = [...files].filter(([name]) => name !== SIGNATURES_FILE);
  const gone = part === 'part' ? [] : Object.keys(signed).filter((name) => !files.has(name));
  return [
    ...present
      .filter(([name, text]) => signed[name] !== fileHash(text))
      .map(([name]) => `${name} is not what was signed.`),
    ...gone.map((name) => `${name} was signed, and is gone.`),
  ];
}

function signatureFault(
  signature: Signature,
  files: SignaturesFile['files'],
  { signers, today }: { signers: readonly ContentSigner[]; today: string },
): string | null {
  const { name, role, date, expires } = signature;
  const known = signers.filter((signer) => signer.name === name && signer.role === role);
  if (known.length === 0)
    return `"${name}", ${role}, has signed it, and is nobody in CLINICAL_SIGNERS: add their public key there, if they may sign.`;
  if (date > today) return `"${name}" has signed it on ${date}, which is in the future.`;
  if (expires < today) return `The signature of "${name}" held until ${expires}.`;
  if (Date.parse(expires) - Date.parse(date) > MAX_DAYS * DAY_MS)
    return `The signature of "${name}" holds for more than ${MAX_DAYS} days.`;
  const text = signedText(signature, files);
  const holds = known.some(({ publicKey }) =>
    verify(null, text, publicKeyOf(publicKey), Buffer.from(signature.signature, 'base64')),
  );
  return holds ? null : `The signature of "${name}" does not fit the content and their key.`;
}

/** Returns the bytes that are signed: who says so and for how long, and every file by its hash. */
function signedText(
  { name, role, date, expires }: Omit<Signature, 'signature'>,
  files: SignaturesFile['files'],
): Buffer {
  const sorted = Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1));
  return Buffer.from(
    JSON.stringify(['gp-booking-gateway triage content', 1, name, role, date, expires, sorted]),
  );
}

function publicKeyOf(base64: string): KeyObject {
  const x = Buffer.from(base64, 'base64').toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

function fileHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** @throws Error where the key is no ed25519 private key in PEM. */
export function readSigningKey(pem: string): { key: KeyObject; publicKey: string } {
  const key = createPrivateKey(pem);
  const { crv, x } = createPublicKey(key).export({ format: 'jwk' });
  if (crv !== 'Ed25519' || x === undefined)
    throw new Error(
      'The key is not ed25519: make one with "openssl genpkey -algorithm ed25519 -out reviewer.pem".',
    );
  return { key, publicKey: Buffer.from(x, 'base64url').toString('base64') };
}

/**
 * Signs the content as it is. Signatures of other people over the same files stay; those over earlier ones go.
 * @returns the text of the signatures' file, as data.
 */
export function addSignature(
  files: ReadonlyMap<string, string>,
  by: Omit<Signature, 'signature'>,
  key: KeyObject,
): SignaturesFile {
  const names = [...files.keys()].filter((name) => name !== SIGNATURES_FILE).sort();
  const hashes = Object.fromEntries(names.map((name) => [name, fileHash(files.get(name) ?? '')]));
  const before = readSignatures(files.get(SIGNATURES_FILE) ?? '');
  const isSame = before !== null && JSON.stringify(before.files) === JSON.stringify(hashes);
  const others = isSame ? before.signatures.filter(({ name }) => name !== by.name) : [];
  const signature = sign(null, signedText(by, hashes), key).toString('base64');
  return { files: hashes, signatures: [...others, { ...by, signature }] };
}
