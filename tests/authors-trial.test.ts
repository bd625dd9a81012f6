import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { NOTHING_ACCEPTED } from '../subgraphs/triage/content/check/acceptance-rules';
import { checkContent } from '../subgraphs/triage/content/check/check-content';
import { changeLine } from '../subgraphs/triage/content/check/compare-tables';
import { findingLine, type Finding } from '../subgraphs/triage/content/check/finding';
import { readContentFiles, SharedSignsFile } from '../subgraphs/triage/content/content-files';
import { CONTENT_FOLDER } from '../subgraphs/triage/content/load-content';

/**
 * A pathway that somebody wrote by docs/add-a-pathway.md alone, right at the first check, and the mistakes that they then made on
 * purpose: each is named with file and line, several at a time.
 */
const TODAY = new Date('2026-11-30');
const FILE = 'pathways/nosebleed.yaml';
const TRIAL = readFileSync(join(__dirname, 'authors-trial', 'nosebleed.yaml'), 'utf8');
const others = readContentFiles(CONTENT_FOLDER);
/** The other pathways would be walked for nothing. */
const shared = new Map([...others].filter(([name]) => !name.startsWith('pathways/')));

/** A cell for each sign that all pathways share, as rule 25 asks of a new one. */
const CELLS = withCells(others.get('shared-signs.yaml')!);

function withCells(text: string): string {
  const file = SharedSignsFile.parse(parse(text));
  const cell = { reason: 'Another complaint.', signedBy: 'the author' };
  const signs = Object.entries(file.signs).map(([id, sign]) => [
    id,
    { ...sign, reportedBy: {}, notAsked: { nosebleed: cell } },
  ]);
  return stringify({ ...file, signs: Object.fromEntries(signs) as unknown });
}

function check(text: string) {
  const report = checkContent(new Map(shared).set(FILE, text), NOTHING_ACCEPTED, TODAY);
  const lineOf = (finding: Finding) => findingLine(finding, report.lines(finding.file, finding.path));
  return { report, said: report.failures.filter(({ file }) => file === FILE).map(lineOf) };
}

/** A mistake: what is replaced, by what, and what has to be said at its line, or at that of another text. */
type Mistake = [before: string, after: string, message: string, at?: string];

const WALKED: Mistake[] = [
  [
    "{ id: 'yes', outcome: ed-1h }",
    "{ id: 'yes', outcome: self-care }",
    '"Yes" can end less urgently than "no" here',
  ],
  [
    'unsure: { outcome: ambulance }',
    'unsure: { outcome: gp-24h }',
    '"Not sure" about signs',
    '    kind: tickAny',
  ],
  [
    'outcome: own-gp-3wd',
    'outcome: self-care',
    '"weekly" guarantees nothing: it has no effect',
    '      - id: weekly',
  ],
  [
    'population: { ageInDays: { from: 4383',
    'population: { ageInDays: { from: 4400',
    'Nothing says what becomes of somebody',
  ],
  [
    'expect: gp-12h',
    'expect: gp-2h',
    'It ends in "gp-12h", not in "gp-2h"',
    '  - name: a woman of 30 who bruises',
  ],
];

const STRUCTURE: Mistake[] = [
  ['to: often', 'to: seldom', 'There is no question "seldom".'],
  [
    '[project-judgement]',
    '[project-judgements]',
    'There is no source "project-judgements".',
    '      - id: much-blood',
  ],
  ['of: [bruises, pale', 'of: [bruises, pail', 'There is no option "pail".'],
  ['emergencyScreen: standard\n', '', 'write "emergencyScreen: standard"', ''],
  ['outcome: gp-12h }\n    none', 'outcome: gp-13h }\n    none', 'There is no disposition "gp-13h".'],
];

it('passes every rule but its acceptance at the first check, once shared signs have their cells', () => {
  expect(check(TRIAL).said.filter((line) => !line.endsWith('(rule 20)'))).toEqual([]);
  expect(check(TRIAL).report.failures.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/^People in "nosebleed" can have this sign/),
  );
  const complete = checkContent(
    new Map(shared).set(FILE, TRIAL).set('shared-signs.yaml', CELLS).set('vignettes.yaml', '[]'),
    NOTHING_ACCEPTED,
    TODAY,
  );
  expect(complete.failures.filter(({ rule, file }) => rule === 25 || (file === FILE && rule !== 20))).toEqual(
    [],
  );
});

it('shows the author’s own answers before those of the screen that all pathways share', () => {
  const { changes } = check(TRIAL).report.changes.find(({ pathway }) => pathway === 'nosebleed')!;
  const kinds = changes.filter(({ kind, answers }) => kind === 'new' && answers.startsWith('emergency.'));
  const firstOfScreen = kinds.findIndex(({ answers }) => !answers.startsWith('emergency.screen=none'));
  expect(firstOfScreen).toBeGreaterThan(5);
  expect(
    kinds.slice(firstOfScreen).filter(({ answers }) => answers.startsWith('emergency.screen=none')),
  ).toEqual([]);
  expect(changeLine(kinds[0]!)).toMatch(/^new: not there -> .*red-flags=[a-z-]+$/);
});

it.each([
  ['that hold together and mean the wrong thing', WALKED],
  ['that do not hold together', STRUCTURE],
])('has five mistakes %s named in one run, each with its line', (_, mistakes) => {
  const wrong = mistakes.reduce((text, [before, after]) => {
    expect(text).toContain(before);
    return text.replace(before, after);
  }, TRIAL);
  const { said } = check(wrong);
  const lineOf = (text: string) => wrong.slice(0, wrong.indexOf(text)).split('\n').length;
  const missing = mistakes.filter(([, after, message, at = after]) => {
    const place = at === '' ? FILE : `${FILE}:${lineOf(at)} `;
    return !said.some((line) => line.startsWith(place) && line.includes(message));
  });
  expect({ missing, said: missing.length === 0 ? [] : said }).toEqual({ missing: [], said: [] });
});
