import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readContentFiles } from '../content-files';
import { CONTENT_FOLDER, editionFrom } from '../load-content';
import {
  acceptanceRules,
  changedTables,
  changedWords,
  GONE,
  type Baseline,
  type Proof,
} from './acceptance-rules';
import { acceptances } from './accept-changes';
import { changeLine, compareTables, lessSafeCount } from './compare-tables';
import { wordChangeLine } from './compare-words';
import { enumerate } from './enumerate';
import { findingLine } from './finding';
import { readBaseline, writeAcceptance } from './golden-files';
import { outcomeTable, readTable, tableDigest, tableText } from './outcome-table';
import { readWords, spokenFile, wordsText } from './words';

const COUGH = 'pathways/cough.yaml';
const FIRST = 'the engineers of this demonstration, no clinician';
const SECOND = 'the second readers of this demonstration, no clinician';
const files = new Map(
  [...readContentFiles(CONTENT_FOLDER)].filter(([name]) => !name.startsWith('pathways/') || name === COUGH),
);
const VERSION = /version: (.*)/.exec(files.get(COUGH)!)![1]!;
const NEXT: Edit = [COUGH, `version: ${VERSION}`, 'version: 9.0.0'];
const SAFER: Edit = [COUGH, "{ id: 'yes', outcome: gp-24h }", "{ id: 'yes', outcome: gp-12h }"];
const LESS_SAFE: Edit = [COUGH, "{ id: 'yes', outcome: gp-12h }", "{ id: 'yes', outcome: gp-24h }"];

type Edit = [file: string, before: string | RegExp, after: string];

function proofOf(...edits: Edit[]): Proof {
  const copy = new Map(files);
  for (const [file, before, after] of edits) {
    const changed = copy.get(file)!.replace(before, after);
    if (changed === copy.get(file)) throw new Error(`${file} does not have ${String(before)}.`);
    copy.set(file, changed);
  }
  return proofOfFiles(copy);
}

function proofOfFiles(copy: ReadonlyMap<string, string>): Proof {
  const spoken = [...copy].map(([name, text]) => [name, spokenFile(text)] as const);
  return {
    tables: [...(editionFrom(copy)?.pathways.values() ?? [])].map((pathway) =>
      outcomeTable(enumerate(pathway)),
    ),
    words: new Map(spoken.map(([name, { words }]) => [name, words])),
    versions: new Map(spoken.flatMap(([name, { version }]) => (version === null ? [] : [[name, version]]))),
  };
}

const before = proofOf();
const table = before.tables[0]!;
const baseline = accepted(before, { tables: new Map(), words: new Map(), accepted: [] });

/** The state after this was accepted by both. */
function accepted(proof: Proof, earlier: Baseline): Baseline {
  const entries = acceptances(proof, earlier, { reviewer: FIRST, secondReviewer: SECOND, reason: 'a test' });
  return {
    tables: new Map(proof.tables.map((each) => [each.pathway, each])),
    words: proof.words,
    accepted: [...earlier.accepted, ...entries],
  };
}

function changesOf(proof: Proof) {
  return compareTables({ table, words: before.words }, { table: proof.tables[0]!, words: proof.words });
}

function readers(proof: Proof): number {
  const less = changedTables(proof, baseline).flatMap(({ changes }) => changes);
  return lessSafeCount([...less, ...changedWords(proof, baseline)]) > 0 ? 2 : 1;
}

describe('a table of outcomes', () => {
  it('is the same after it was written and read', () => {
    const again = readTable(tableText(table));
    expect(tableText(again)).toBe(tableText(table));
    expect(tableDigest(again)).toBe(tableDigest(table));
    expect(changesOf({ ...before, tables: [again] })).toEqual([]);
  });

  it('has the same digest in a version that changes no outcome', () => {
    expect(tableDigest(proofOf(NEXT).tables[0]!)).toBe(tableDigest(table));
    expect(tableDigest(proofOf(SAFER).tables[0]!)).not.toBe(tableDigest(table));
  });

  it('says what was there, of everybody, refusals too', () => {
    expect(table.outcomes.get('(refused)')?.get('F@0')).toEqual({ disposition: 'call-111', decided: '-' });
    expect(table.outcomes.get('emergency.screen=none red-flags=confused')?.get('U@1827')).toEqual({
      disposition: 'ambulance',
      decided: 'red-flags:confused',
    });
  });
});

describe('the words of a file', () => {
  it.each([...files.keys()])('%s are the same after they were written and read', (file) => {
    const words = before.words.get(file)!;
    const plain = words.map(({ place, says }) => ({ place, says }));
    expect(readWords(wordsText(file, words))).toEqual(plain);
  });

  it('are there whatever the file is: a file is in the proof by being there', () => {
    const { words } = spokenFile(
      'version: 1.0.0\ndanger:\n  - { id: heart, terms: [heart attack, "999"], urgent: true }\n',
    );
    expect(words.map(({ place, says }) => `${place}: ${says}`)).toEqual([
      'danger.heart.id: heart',
      'danger.heart.terms: heart attack',
      'danger.heart.terms: "999"',
      'danger.heart.urgent: true',
    ]);
    expect(words[2]!.path).toEqual(['danger', 0, 'terms', 1]);
  });
});

describe('the difference of two tables', () => {
  it('has what became less urgent on top', () => {
    const changes = changesOf(
      proofOf(LESS_SAFE, [
        COUGH,
        "{ id: 'yes', outcome: gp-24h }\n      - { id: 'no', to: duration }",
        "{ id: 'yes', outcome: gp-2h }\n      - { id: 'no', to: duration }",
      ]),
    );
    expect(changes.map(({ kind }) => kind)).toEqual([
      'less urgent',
      'less urgent',
      'more urgent',
      'more urgent',
    ]);
    expect(changeLine(changes[0]!)).toContain(
      'less urgent: gp-12h (720m) -> gp-24h (1440m)  for F@1827 M@1827 U@1827',
    );
    expect(lessSafeCount(changes)).toBe(2);
  });

  it('knows a question by its words: another id for it changes nothing for anybody', () => {
    const changes = changesOf(proofOf([COUGH, /\bneck(?=:| \})/g, 'lump']));
    expect(new Set(changes.map(({ kind }) => kind))).toEqual(new Set(['new', 'gone']));
    expect(lessSafeCount(changes)).toBe(0);
  });

  it('shows whom a pathway does not take any more, and from when: what was 999 for them is 111 now', () => {
    const changes = changesOf(
      proofOf(
        [COUGH, 'from: 1827, below: null', 'from: 2192, below: null'],
        [COUGH, 'below: 1827 }', 'below: 2192 }'],
      ),
    );
    const less = changes.filter(({ kind }) => kind === 'less urgent');
    expect(less.length).toBeGreaterThan(60);
    expect(new Set(less.flatMap(({ people }) => people))).toEqual(new Set(['F@1827', 'M@1827', 'U@1827']));
    expect(less).toContainEqual(
      expect.objectContaining({ before: 'ambulance (0m)', after: 'call-111 (0m)' }),
    );
  });
});

describe('acceptance', () => {
  it('is there for what was accepted', () => {
    expect(acceptanceRules(before, baseline)).toEqual([]);
    expect(changedTables(before, baseline)).toEqual([]);
    expect(changedWords(before, baseline)).toEqual([]);
  });

  it('is missing for a change, until it is accepted in a higher version', () => {
    const lines = acceptanceRules(proofOf(SAFER), baseline).map((finding) => findingLine(finding, undefined));
    expect(lines.join('\n')).toMatch(
      /pathways\/cough\.yaml version: Outcomes that are not as accepted: 2, of them less urgent: 0/,
    );
    expect(lines.join('\n')).toContain('must go up');
    const by = { reviewer: FIRST, reason: 'a test' };
    expect(() => acceptances(proofOf(SAFER), baseline, by)).toThrow(/must go up/);
    const lower: Edit = [COUGH, `version: ${VERSION}`, 'version: 0.9.0'];
    expect(() => acceptances(proofOf(SAFER, lower), baseline, by)).toThrow(/must go up/);
    const after = proofOf(SAFER, NEXT);
    expect(acceptances(after, baseline, by)).toMatchObject([
      { pathway: 'cough', version: '9.0.0', lessUrgent: 0, reviewer: FIRST },
      { file: COUGH, version: '9.0.0', lessSafe: 0, reviewer: FIRST },
    ]);
    expect(acceptanceRules(after, accepted(after, baseline))).toEqual([]);
  });

  it('needs a second reader for anything that became less urgent, who is known, and not one under two names', () => {
    const after = proofOf(LESS_SAFE, NEXT);
    const by =
      (secondReviewer?: string, reviewer = FIRST) =>
      () =>
        acceptances(after, baseline, { reviewer, secondReviewer, reason: 'a test' });
    expect(by()).toThrow(/somebody else has to read them too/);
    expect(by(FIRST)).toThrow(/somebody else has to read them too/);
    expect(by('B. Reader')).toThrow(/is nobody in reviewers.yaml/);
    expect(by(undefined, 'B. Reader')).toThrow(/is nobody in reviewers.yaml/);
    expect(by(SECOND)()).toHaveLength(2);
    // Who adds a reader cannot be the second with their help.
    const friend = `- name: THE ENGINEERS, of this demonstration\n  role: a friend\n- name: A. Friend\n  role: a friend\n- name: the`;
    const withFriend = proofOf(LESS_SAFE, NEXT, ['reviewers.yaml', '- name: the', friend]);
    const second = (secondReviewer: string) => () =>
      acceptances(withFriend, baseline, { reviewer: FIRST, secondReviewer, reason: 'a test' });
    expect(second('A. Friend')).toThrow(/is nobody in reviewers.yaml as it was accepted/);
    expect(second(SECOND)).not.toThrow();
  });

  it('is not believed where the entry lacks its second reader, or names nobody', () => {
    const after = proofOf(LESS_SAFE, NEXT);
    const state = accepted(after, baseline);
    const forged = (change: object) =>
      acceptanceRules(after, {
        ...state,
        accepted: [...state.accepted.slice(0, -1), { ...state.accepted.at(-1)!, lessSafe: 1, ...change }],
      });
    expect(forged({ secondReviewer: undefined })).toMatchObject([{ file: 'golden/accepted.yaml' }]);
    expect(forged({ secondReviewer: FIRST })).toMatchObject([{ file: 'golden/accepted.yaml' }]);
    expect(forged({ secondReviewer: 'B. Reader' })).toMatchObject([{ file: 'golden/accepted.yaml' }]);
  });

  it('is not believed where golden files were changed by hand', () => {
    const after = proofOf(SAFER);
    expect(
      acceptanceRules(after, { ...baseline, tables: new Map([['cough', after.tables[0]!]]) }),
    ).not.toEqual([]);
    expect(acceptanceRules(after, { ...baseline, words: after.words })).not.toEqual([]);
    expect(acceptanceRules(before, { ...baseline, words: new Map() })).not.toEqual([]);
    expect(acceptanceRules(before, { ...baseline, tables: new Map() })).not.toEqual([]);
  });

  it('is needed for a pathway, and for a file, that is not there any more', () => {
    const without = proofOfFiles(new Map([...files].filter(([name]) => name !== COUGH)));
    const found = acceptanceRules(without, baseline).map(({ file }) => file);
    expect(found).toEqual(['golden/cough.tsv', COUGH]);
    // Its golden files taken away as well.
    const { accepted: entries } = baseline;
    const words = new Map([...baseline.words].filter(([name]) => name !== COUGH));
    expect(acceptanceRules(without, { tables: new Map(), words, accepted: entries })).toHaveLength(2);
    const by = { reviewer: FIRST, reason: 'a test' };
    expect(() => acceptances(without, baseline, by)).toThrow(/somebody else has to read them too/);
    expect(acceptances(without, baseline, { ...by, secondReviewer: SECOND })).toMatchObject([
      { pathway: 'cough', table: GONE },
      { file: COUGH, words: GONE },
    ]);
    expect(acceptanceRules(without, accepted(without, baseline))).toEqual([]);
  });

  it('is written to files, and read from them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'golden-'));
    writeAcceptance(folder, before, baseline.accepted);
    expect(acceptanceRules(before, readBaseline(folder))).toEqual([]);
    const after = proofOf(SAFER, NEXT);
    const entries = acceptances(after, baseline, { reviewer: FIRST, reason: 'a test' });
    writeAcceptance(folder, after, entries);
    expect(readBaseline(folder).accepted).toEqual([...baseline.accepted, ...entries]);
    expect(acceptanceRules(after, readBaseline(folder))).toEqual([]);
    writeAcceptance(folder, { tables: [], words: new Map() }, []);
    expect([readBaseline(folder).tables.size, readBaseline(folder).words.size]).toEqual([0, 0]);
  });

  it('reads what was written before there were words', () => {
    const folder = mkdtempSync(join(tmpdir(), 'golden-'));
    cpSync(join(CONTENT_FOLDER, 'golden'), join(folder, 'golden'), { recursive: true });
    expect(readBaseline(folder).accepted.length).toBeGreaterThan(9);
  });
});

/** Names of changes, their edits, and how many people have to read them. */
const WORDS: [string, Edit[], 1 | 2][] = [
  [
    'the title of an emergency',
    [['dispositions.yaml', 'title: Call 999 now\n', 'title: Have a cup of tea and wait\n']],
    2,
  ],
  ['emergency advice', [['texts.yaml', 'Call 999 now. Stay with', 'Stay in bed until Monday with']], 2],
  [
    'which advice an emergency has',
    [['dispositions.yaml', 'careAdvice: [call-999-now]', 'careAdvice: [drink-and-rest]']],
    2,
  ],
  [
    'where an outcome can be booked, wider',
    [['dispositions.yaml', 'bookable: OWN_PRACTICE', 'bookable: NETWORK']],
    2,
  ],
  [
    'where an outcome can be booked, narrower',
    [['dispositions.yaml', 'bookable: NETWORK', 'bookable: OWN_PRACTICE']],
    1,
  ],
  [
    'how it can be kept, wider',
    [['dispositions.yaml', 'modes: [TELEPHONE]', 'modes: [TELEPHONE, VIDEO]']],
    2,
  ],
  ['a code of others', [['dispositions.yaml', 'Dx0113', 'Dx39']], 2],
  ['the kind of help', [['dispositions.yaml', 'careLevel: PHARMACY', 'careLevel: PRIMARY_CARE']], 2],
  ['the banner', [['texts.yaml', 'Not clinically assured.', 'Fully assured by the NHS.']], 2],
  [
    'what is said when a check is off',
    [['texts.yaml', 'This symptom check is switched off. Call 111', 'Wait 111']],
    2,
  ],
  ['the word "Yes"', [['texts.yaml', "'yes': 'Yes'", "'yes': 'No'"]], 2],
  [
    'a refusal',
    [[COUGH, /(disposition: call-111\n\s+text: >-\n)[^\n]*\n/, '$1      Nothing can be done.\n']],
    2,
  ],
  [
    'a red flag',
    [[COUGH, /text: (.*)(\n.*)?\n\s+outcome: ambulance/, 'text: A runny nose\n        outcome: ambulance']],
    2,
  ],
  ['own words that lead here', [[COUGH, 'entryTerms: [', 'entryTerms: [chest pain, ']], 2],
  ['a vignette that is not there any more', [[COUGH, /\n {2}- name: [\s\S]*?(?=\n {2}- name: )/, '']], 2],
  ['a date on which a source was read', [['sources.yaml', 'accessed: null', 'accessed: 2026-11-01']], 1],
  [
    'an earlier deadline',
    [['dispositions.yaml', 'timeframe: { minutes: 120 }', 'timeframe: { minutes: 90 }']],
    1,
  ],
  [
    'a later deadline',
    [['dispositions.yaml', 'timeframe: { minutes: 120 }', 'timeframe: { minutes: 150 }']],
    2,
  ],
  ['a rank', [['dispositions.yaml', 'urgencyRank: 10', 'urgencyRank: 6']], 2],
];

describe('a changed word', () => {
  it.each(WORDS)('is named with its file and waits for its readers: %s', (_, edits, count) => {
    const after = proofOf(...edits);
    const found = acceptanceRules(after, baseline);
    expect(found.map(({ file }) => file)).toContain(edits[0]![0]);
    expect([readers(after), changedWords(after, baseline).map(wordChangeLine)[0]]).toEqual([
      count,
      expect.any(String),
    ]);
  });
});
