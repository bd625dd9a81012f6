import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, print, stripIgnoredCharacters } from 'graphql';
import { ANONYMOUS } from '../../domain/caller';
import { sha256 } from './document-forms';
import { documentFinder, lostIds, trustedDocumentsIn, type DocumentRequest } from './trusted-documents';

const FILE = `# One practice.
query One($odsCode: String!) {
  practice(odsCode: $odsCode) {
    __typename
    name
    address {
      __typename
      postcode
    }
  }
}
`;
const TEXT = print(parse(FILE));
const OLD_FILE =
  '# What it was before.\nquery One($odsCode: String!) { practice(odsCode: $odsCode) { name } }';
const NOT_PUBLISHED = 'query One($odsCode: String!) { practice(odsCode: $odsCode) { name phone } }';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gp-booking-documents-'));
  mkdirSync(join(folder, 'retired'));
  writeFileSync(join(folder, 'One.graphql'), FILE);
  writeFileSync(join(folder, 'retired', 'One.1.graphql'), OLD_FILE);
});
afterEach(() => rmSync(folder, { recursive: true }));

function find(request: Partial<DocumentRequest>) {
  const finder = documentFinder(trustedDocumentsIn(folder), 'for-analysts');
  const nothing = { query: undefined, documentId: undefined, persistedQueryHash: undefined };
  return finder({ ...nothing, ...request }, ANONYMOUS);
}

describe('a published document is found by', () => {
  it.each([
    ['the text that clients print', TEXT],
    ['the text of its file, comments and all', FILE],
    ['its text without white space', stripIgnoredCharacters(TEXT)],
    ['its text under another comment', FILE.replace('One practice', 'Another comment')],
    ['its text without __typename', TEXT.replaceAll(/\s+__typename/g, '')],
    [
      'its text with __typename at the end, and at the root',
      TEXT.replace('__typename', '').replace(/}\s*}\s*}\s*$/, '__typename } __typename } __typename }'),
    ],
  ])('%s', (_, query) => {
    expect(find({ query })).toEqual(expect.objectContaining({ name: 'One', text: TEXT }));
  });

  it.each([
    ['the SHA-256 of what Apollo’s and urql’s clients print', sha256(TEXT)],
    ['the same with the name of the digest', `sha256:${sha256(TEXT)}`],
    ['the SHA-256 of its file', sha256(FILE.trim())],
  ])('%s', (_, documentId) => {
    expect(find({ documentId })).toEqual(expect.objectContaining({ name: 'One', text: TEXT }));
  });

  it('text and id together, whichever of its ids', () => {
    for (const persistedQueryHash of [
      sha256(TEXT),
      sha256(FILE.trim()),
      sha256(stripIgnoredCharacters(TEXT)),
    ])
      expect(find({ query: stripIgnoredCharacters(TEXT), persistedQueryHash })).toHaveProperty('name', 'One');
    expect(find({ query: TEXT, persistedQueryHash: sha256(NOT_PUBLISHED) })).toHaveProperty(
      'refusal.code',
      'BAD_REQUEST',
    );
  });
});

it.each([
  ['another document', NOT_PUBLISHED],
  ['an alias for what it asks', TEXT.replace('name', 'title: name')],
  ['an alias of __typename', TEXT.replace('__typename', 'kind: __typename')],
  ['a directive', TEXT.replace('name', 'name @skip(if: true)')],
  ['another name', TEXT.replace('One', 'Two')],
  ['a second operation', `${TEXT}\n${NOT_PUBLISHED}`],
  ['what is not GraphQL', `${TEXT} }`],
  ['nothing', ''],
])('%s is not published', (_, query) => {
  expect(find({ query })).toHaveProperty('refusal.code', 'DOCUMENT_NOT_TRUSTED');
});

it('keeps its id when a comment or its layout changes', () => {
  const before = [...trustedDocumentsIn(folder).keys()];
  writeFileSync(join(folder, 'One.graphql'), `# Another comment.\n${stripIgnoredCharacters(FILE)}`);
  expect([...trustedDocumentsIn(folder).keys()]).toEqual(before);
});

describe('a retired document', () => {
  const old = sha256(OLD_FILE);

  it('is found by the id that it was published under, and answered as it was', () => {
    expect(find({ documentId: old })).toEqual(
      expect.objectContaining({ name: 'One', text: print(parse(OLD_FILE)) }),
    );
    expect(find({ query: OLD_FILE })).toHaveProperty('name', 'One');
  });

  it('is missed when nothing has its id any more', () => {
    const before = [{ id: old }, { id: sha256(TEXT) }];
    expect(lostIds(before, trustedDocumentsIn(folder))).toEqual([]);
    rmSync(join(folder, 'retired'), { recursive: true });
    expect(lostIds(before, trustedDocumentsIn(folder))).toEqual([{ id: old }]);
  });

  it('that differs from the published one by a comment keeps its id for it', () => {
    const commented = `# Said otherwise.\n${TEXT}`;
    writeFileSync(join(folder, 'retired', 'One.2.graphql'), commented);
    expect(find({ documentId: sha256(commented) })).toEqual(expect.objectContaining({ text: TEXT }));
  });
});
