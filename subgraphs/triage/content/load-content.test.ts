import { readContentFiles } from './content-files';
import { CONTENT_FOLDER, contentFrom, editionFrom, loadContent } from './load-content';

const RASH = 'pathways/child-rash.yaml';
const FEVER = 'pathways/child-fever.yaml';
const SHARED = ['dispositions.yaml', 'emergency-screen.yaml', 'facts.yaml', 'sources.yaml', 'texts.yaml'];

it('loads the content of this repository, all of it a demonstration', () => {
  const content = loadContent();
  expect([...content.pathways.keys()]).toEqual([
    'child-fever',
    'child-rash-under-5',
    'child-rash',
    'cough',
    'earache',
    'headache-adult',
    'low-back-pain',
    'sore-throat',
    'uti-female-16-plus',
  ]);
  expect(new Set([...content.pathways.values()].map(({ status }) => status))).toEqual(new Set(['DEMO']));
  expect(content.banner).toMatch(/^Demonstration content. Not clinically assured./);
});

it('has every disposition of the reference catalogue', () => {
  const ids =
    `ambulance ambulance-sepsis ambulance-anaphylaxis ed-1h speak-midwife-1h gp-speak-1h gp-2h gp-6h gp-12h
    gp-24h pharmacy-24h own-gp-3wd gum own-gp-routine self-care`.split(/\s+/);
  expect([...loadContent().dispositions.keys()]).toEqual(expect.arrayContaining(ids));
});

it('puts the advice of the pathway before that of the disposition', () => {
  const { pathways, dispositions } = loadContent();
  const advice = pathways.get('child-rash')!.advice.get('child-rash')!.get('gp-6h')!;
  const general = dispositions.get('gp-6h')!.worseningAdvice;
  expect(advice.worseningAdvice.slice(-general.length)).toEqual(general);
  expect(advice.worseningAdvice[0]).toMatchObject({ self: expect.stringMatching(/glass test/) as string });
});

it('keeps the advice of a pathway that another leads on to', () => {
  const { pathways } = loadContent();
  expect([...pathways.get('child-fever')!.advice.keys()].sort()).toEqual(['child-fever', 'child-rash']);
});

describe('the content hash', () => {
  const hash = (pathway: string, edit: (files: Map<string, string>) => void) =>
    contentFrom(edited(edit)).pathways.get(pathway)!.hash;
  const changed = (file: string) => (files: Map<string, string>) =>
    files.set(file, `${files.get(file)!}\n# changed\n`);
  const unchanged = hash('child-rash', () => undefined);

  it('is the same for the same content', () => {
    expect(hash('child-rash', () => undefined)).toBe(unchanged);
    expect(unchanged).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([RASH, ...SHARED])('changes with %s', (file) => {
    expect(hash('child-rash', changed(file))).not.toBe(unchanged);
  });

  it('does not change with other pathways, but with those that it leads on to', () => {
    expect(hash('child-rash', changed(FEVER))).toBe(unchanged);
    const fever = hash('child-fever', () => undefined);
    expect(hash('child-fever', changed(RASH))).not.toBe(fever);
    expect(hash('child-fever', changed('pathways/cough.yaml'))).toBe(fever);
  });
});

describe('an edition', () => {
  it('is made again from the files that it keeps, and from those alone', () => {
    const pathway = loadContent().pathways.get('child-fever')!;
    const again = editionFrom(new Map(pathway.files))!.pathways.get('child-fever')!;
    expect(again.hash).toBe(pathway.hash);
    expect([...again.questions.keys()]).toEqual([...pathway.questions.keys()]);
    expect([...pathway.files.keys()].sort()).toEqual([...SHARED, FEVER, RASH].sort());
  });

  it('is null where its files cannot be read by this version', () => {
    const files = new Map(loadContent().pathways.get('cough')!.files);
    expect(editionFrom(files.set('pathways/cough.yaml', 'id: cough'))).toBeNull();
  });
});

describe('content that cannot be used', () => {
  it('is refused with file, line, path and what to mend', () => {
    const files = edited((all) => all.set(RASH, all.get(RASH)!.replace('to: long-fever', 'to: lng-fever')));
    expect(() => contentFrom(files)).toThrow(
      /pathways\/child-rash\.yaml:\d+ questions\.fever\.options\.0: There is no question "lng-fever"\./,
    );
  });

  it.each([
    ['an unquoted yes as a boolean', RASH, `id: 'yes'`, 'id: true'],
    ['a placeholder that is none', RASH, 'Has {person} had', 'Has {child} had'],
    ['a source without https', 'sources.yaml', 'https://111.nhs.uk/', 'http://111.nhs.uk/'],
    ['a bookable emergency', 'dispositions.yaml', 'bookable: NONE', 'bookable: NETWORK'],
    ['an age that nobody covers', RASH, 'below: 1827 }', 'below: 1826 }'],
  ])('is refused for %s', (_, file, before, after) => {
    const files = edited((all) => all.set(file, all.get(file)!.replace(before, after)));
    expect(files.get(file)).not.toBe(readContentFiles(CONTENT_FOLDER).get(file));
    expect(() => contentFrom(files)).toThrow(file);
  });

  it('is refused for a file that is missing', () => {
    expect(() => contentFrom(edited((all) => all.delete('texts.yaml')))).toThrow(
      'texts.yaml: The file is missing.',
    );
  });

  it('is refused with every fault at once', () => {
    const files = edited((all) =>
      all.set(RASH, all.get(RASH)!.replaceAll('outcome: gp-6h', 'outcome: gp-7h')),
    );
    expect(() => contentFrom(files)).toThrow(/long-fever.*\n.*\n.*infected-chickenpox/);
  });
});

function edited(edit: (files: Map<string, string>) => void): Map<string, string> {
  const files = readContentFiles(CONTENT_FOLDER);
  edit(files);
  return files;
}
