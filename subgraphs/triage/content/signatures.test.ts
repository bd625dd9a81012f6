import { generateKeyPairSync } from 'node:crypto';
import { stringify } from 'yaml';
import type { ContentSigner } from '../../../domain/content-signer';
import { readContentFiles } from './content-files';
import { CONTENT_FOLDER, contentFrom, editionFrom, isDemo, refuseDemoContent } from './load-content';
import { addSignature, readSigningKey, signatureFaults, SIGNATURES_FILE, type Signature } from './signatures';

/** Keys and names of this test alone: nobody has reviewed anything. */
const [ONE, OTHER] = [person('Test Reviewer One'), person('Test Reviewer Two')];
const SIGNERS = [ONE.signer, OTHER.signer];
const NOW = new Date('2026-11-30T12:00:00Z');
const DATES = { date: '2026-11-30', expires: '2027-11-30' };
const trust = { signers: SIGNERS, now: () => NOW };

const LIVE = new Map(
  [...readContentFiles(CONTENT_FOLDER)].map(([name, text]) => [
    name,
    text
      .replace(/^status: demo$/m, 'status: live')
      .replace(/^reviewedBy: null$/m, `reviewedBy: ${ONE.signer.name}`),
  ]),
);

function person(name: string) {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { key, publicKey } = readSigningKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  const signer: ContentSigner = { name, role: 'a role in a test', publicKey };
  return { signer, key };
}

type Signed = Map<string, string>;

function signed(files: Signed = LIVE, by = [ONE, OTHER], dates: Partial<Signature> = {}): Signed {
  return by.reduce<Signed>((copy, { signer: { name, role }, key }) => {
    const file = addSignature(copy, { name, role, ...DATES, ...dates }, key);
    return new Map(copy).set(SIGNATURES_FILE, stringify(file, { lineWidth: 0 }));
  }, new Map(files));
}

function start(files: Signed, with_ = trust) {
  const content = contentFrom(files, with_);
  refuseDemoContent(content, 'live');
  return content;
}

it('makes content live, without a banner, for as long as the signatures of two reviewers hold', () => {
  const content = start(signed());
  expect(isDemo(content)).toBe(false);
  expect(content.notLiveBecause).toEqual([]);
  const parts = [...content.pathways.values(), ...content.dispositions.values()];
  expect(new Set(parts.map(({ status }) => status))).toEqual(new Set(['LIVE']));
  const lastDay = { ...trust, now: () => new Date('2027-11-30T23:59:59Z') };
  expect(start(signed(), lastDay).banner).toBeNull();
});

it('leaves a demonstration one, whatever its files say of themselves', () => {
  for (const files of [LIVE, signed()]) {
    const content = contentFrom(files);
    expect(content.banner).not.toBeNull();
    expect(new Set([...content.pathways.values()].map(({ status }) => status))).toEqual(new Set(['DEMO']));
  }
});

const changed = (name: string, files = signed()) =>
  new Map(files).set(name, `${files.get(name)!}# changed\n`);
const forged = (edit: (yaml: string) => string) => {
  const files = signed();
  return files.set(SIGNATURES_FILE, edit(files.get(SIGNATURES_FILE)!));
};
const without = (name: string) => {
  const files = signed();
  files.delete(name);
  return files;
};

const REFUSED: [string, () => Signed, RegExp, typeof trust?][] = [
  [
    'a demonstration',
    () => new Map(readContentFiles(CONTENT_FOLDER)),
    /demonstration that no clinician has signed/,
  ],
  ['live content that nobody has signed', () => LIVE, /Nobody has signed this content/],
  ['one signature', () => signed(LIVE, [ONE]), /the signatures of 2 people, and 1 of them hold/],
  ['one person twice', () => signed(LIVE, [ONE, ONE]), /the signatures of 2 people, and 1 of them hold/],
  [
    'an unknown signer',
    () => signed(LIVE, [ONE, person('Test Stranger')]),
    /"Test Stranger".*is nobody in CLINICAL_SIGNERS/,
  ],
  [
    'another key',
    () => signed(LIVE, [ONE, person(OTHER.signer.name)]),
    /does not fit the content and their key/,
  ],
  ['no keys at all', () => signed(), /is nobody in CLINICAL_SIGNERS/, { ...trust, signers: [] }],
  [
    'an expired signature',
    () => signed(),
    /held until 2027-11-30/,
    { ...trust, now: () => new Date('2027-12-01T00:00:00Z') },
  ],
  [
    'a signature of tomorrow',
    () => signed(LIVE, [ONE, OTHER], { date: '2026-12-01' }),
    /which is in the future/,
  ],
  [
    'a signature without end',
    () => signed(LIVE, [ONE, OTHER], { expires: '2036-01-01' }),
    /for more than 366 days/,
  ],
  [
    'a later end than was signed',
    () => forged((yaml) => yaml.replaceAll('2027-11-30', '2027-11-29')),
    /does not fit/,
  ],
  [
    'another role than was signed',
    () => forged((yaml) => yaml.replace('a role in a test', 'a professor')),
    /is nobody in CLINICAL_SIGNERS/,
  ],
  [
    'a file that was added',
    () => new Map(signed()).set('more.yaml', 'a: b\n'),
    /more\.yaml is not what was signed/,
  ],
  ['a file that is gone', () => without('waivers.yaml'), /waivers\.yaml was signed, and is gone/],
  [
    'a hash that was put right by hand',
    () => forged((yaml) => yaml.replace(/waivers.yaml: .*/, `waivers.yaml: ${'a'.repeat(64)}`)),
    /does not fit/,
  ],
  ['signatures that cannot be read', () => forged(() => 'signatures: ['), /cannot be read/],
  [
    'a pathway that somebody else has reviewed',
    () =>
      signed(
        new Map(LIVE).set(
          'pathways/cough.yaml',
          LIVE.get('pathways/cough.yaml')!.replace(ONE.signer.name, 'Somebody Else'),
        ),
      ),
    /pathways\/cough\.yaml is live, and its reviewedBy is nobody who has signed/,
  ],
  [
    'a part that is a demonstration still',
    () =>
      signed(
        new Map(LIVE).set(
          'dispositions.yaml',
          LIVE.get('dispositions.yaml')!.replace('status: live', 'status: demo'),
        ),
      ),
    /dispositions\.yaml has the status demo/,
  ],
  [
    'a part that is reviewed alone',
    () =>
      signed(
        new Map(LIVE).set(
          'emergency-screen.yaml',
          LIVE.get('emergency-screen.yaml')!.replace('status: live', 'status: reviewed'),
        ),
      ),
    /emergency-screen\.yaml has the status reviewed/,
  ],
];

it.each(REFUSED)(
  'does not start in live mode, and says what to do: %s',
  (_, files, message, with_ = trust) => {
    const error = thrownBy(() => start(files(), with_));
    expect(error).toMatch(message);
    expect(error).toMatch(/sign it as it is .*or set CLINICAL_MODE to demo\.$/);
  },
);

function thrownBy(act: () => unknown): string {
  try {
    act();
    return 'nothing was thrown';
  } catch (error) {
    return String(error);
  }
}

it.each([...LIVE.keys()])('does not start in live mode once %s was changed', (name) => {
  expect(signatureFaults(changed(name), trust)).toEqual([`${name} is not what was signed.`]);
});

it('takes an older edition for as long as the signatures over it hold', () => {
  const files = new Map(start(signed()).pathways.get('child-rash')!.files);
  expect([...files.keys()]).toContain(SIGNATURES_FILE);
  expect(isDemo(editionFrom(files, trust)!)).toBe(false);
  expect(isDemo(editionFrom(changed('pathways/child-rash.yaml', files), trust)!)).toBe(true);
  expect(isDemo(editionFrom(files, { ...trust, now: () => new Date('2028-01-01') })!)).toBe(true);
  expect(isDemo(editionFrom(files)!)).toBe(true);
});

it('drops the signatures over what was there before', () => {
  const again = signed(changed('texts.yaml'), [OTHER]);
  expect(signatureFaults(again, trust)).toEqual([expect.stringMatching(/signatures of 2 people, and 1/)]);
  expect(again.get(SIGNATURES_FILE)).not.toContain(ONE.signer.name);
});

it('signs with ed25519 alone', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  expect(() => readSigningKey(pem)).toThrow(/openssl genpkey -algorithm ed25519/);
});
