import { randomBytes } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, EncryptJWT } from 'jose';
import { z } from 'zod';
import { sealedPrefix, sealer } from './sealed';

const Note = z.object({ text: z.string(), at: z.coerce.date() });
const NOTE = { text: 'Renée', at: new Date('2026-03-02T09:10:00Z') };
const NOW = new Date('2026-03-02T09:00:00Z');
const LATER = new Date('2026-03-02T09:10:00Z');
const key = randomBytes(32);
const { seal, open } = sealer(Note, key);

test('opens what it has sealed, and nobody can read it', () => {
  const sealed = seal(NOTE);
  for (const part of sealed.split('.'))
    expect(Buffer.from(part, 'base64url').toString('latin1')).not.toContain('text');
  expect(open(sealed, NOW)).toEqual(NOTE);
  expect(seal(NOTE)).not.toBe(sealed);
});

test('opens nothing from the moment on at which it ends', () => {
  const sealed = seal(NOTE, LATER);
  expect(open(sealed, new Date(LATER.getTime() - 1))).toEqual(NOTE);
  expect(open(sealed, LATER)).toBeNull();
});

test('opens what lies on disk since a JWT was made of it', async () => {
  const before = await new EncryptJWT({ value: NOTE })
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .setExpirationTime(LATER)
    .encrypt(key);
  expect(open(before, NOW)).toEqual(NOTE);
  expect(open(before, LATER)).toBeNull();
});

test('is what any JWE library reads', async () => {
  const { plaintext, protectedHeader } = await compactDecrypt(seal(NOTE, LATER), key);
  expect(protectedHeader).toEqual({ alg: 'dir', enc: 'A256GCM' });
  expect(JSON.parse(new TextDecoder().decode(plaintext))).toEqual({
    value: { text: 'Renée', at: '2026-03-02T09:10:00.000Z' },
    exp: LATER.getTime() / 1000,
  });
});

describe('opens nothing else:', () => {
  const encrypted = (plaintext: string, enc = 'A256GCM', by: Uint8Array = key) =>
    new CompactEncrypt(new TextEncoder().encode(plaintext))
      .setProtectedHeader({ alg: 'dir', enc })
      .encrypt(by);
  const value = JSON.stringify({ value: NOTE });
  const changedAt = (index: number) => {
    const sealed = seal(NOTE);
    const at = index < 0 ? sealed.length + index : index;
    return `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;
  };
  it.each<[string, () => string | Promise<string>]>([
    ['no text', () => ''],
    ['some text', () => 'a.b.c.d.e'],
    ['a changed header', () => changedAt(5)],
    ['a changed content', () => changedAt(70)],
    ['a changed tag', () => changedAt(-4)],
    ['a part of the tag', () => seal(NOTE).slice(0, -6)],
    ['what comes after it', () => `${seal(NOTE)}.`],
    ["somebody else's key", () => encrypted(value, 'A256GCM', randomBytes(32))],
    ['another encryption', () => encrypted(value, 'A128CBC-HS256')],
    ['another kind of value', () => encrypted(JSON.stringify({ value: { text: 1 } }))],
    ['an end that is none', () => encrypted(JSON.stringify({ value: NOTE, exp: 'never' }))],
    ['what is no JSON', () => encrypted('{')],
  ])('%s', async (_, made) => {
    expect(open(await made(), NOW)).toBeNull();
  });
});

test('names the key that it is sealed under, and is opened by no key of another name', async () => {
  const named = sealer(Note, key, '2');
  const sealed = named.seal(NOTE);
  expect((await compactDecrypt(sealed, key)).protectedHeader).toMatchObject({ kid: '2' });
  expect(sealed.startsWith(sealedPrefix('2'))).toBe(true);
  expect(named.open(sealed, NOW)).toEqual(NOTE);
  expect([open(sealed, NOW), sealer(Note, key, '3').open(sealed, NOW), named.open(seal(NOTE), NOW)]).toEqual([
    null,
    null,
    null,
  ]);
});
