import { readContentFiles } from '../content-files';
import { CONTENT_FOLDER } from '../load-content';
import { NOTHING_ACCEPTED as NO_BASELINE } from './acceptance-rules';
import { checkContent, type CheckReport } from './check-content';
import { findingLine, type Rule } from './finding';
import { readBaseline } from './golden-files';
import { COUGH, RASH, UTI, FAILURES, WARNINGS, moreQuestions, type Edit } from './planted-mistakes';

/** The checker is held to its word: each rule is broken in a copy of the content, and has to be found broken. */

const TODAY = new Date('2026-11-23');

const READER = 'the engineers of this demonstration, no clinician';

const files = readContentFiles(CONTENT_FOLDER);
const baseline = readBaseline(CONTENT_FOLDER);

/** A copy in which the text is replaced; the text has to be there. */
function edited(...edits: Edit[]): Map<string, string> {
  const copy = new Map(files);
  for (const [file, before, after] of edits) {
    const text = copy.get(file)!;
    const changed = text.replace(before, after);
    if (changed === text) throw new Error(`${file} does not have ${String(before)}.`);
    copy.set(file, changed);
  }
  return copy;
}

/** Only what is needed to break a rule of one pathway: the others would be walked for nothing. */
function alone(copy: ReadonlyMap<string, string>, ...pathways: string[]): Map<string, string> {
  return new Map([...copy].filter(([name]) => !name.startsWith('pathways/') || pathways.includes(name)));
}

function messages({ failures, warnings, lines }: CheckReport, rule: Rule, kind: 'failures' | 'warnings') {
  return (kind === 'failures' ? failures : warnings)
    .filter((finding) => finding.rule === rule)
    .map((finding) => findingLine(finding, lines(finding.file, finding.path)));
}

describe('the content of this repository', () => {
  const report = checkContent(files, baseline, TODAY);

  it('has no failure in all its answer sets', () => {
    expect(messages(report, 20, 'failures')).toEqual([]);
    expect(report.failures).toEqual([]);
    expect(report.pathways).toBe(9);
    expect(report.answerSets).toBeGreaterThan(2_500);
    expect(report.paths).toBeGreaterThan(300);
    expect(report.changes).toEqual([]);
    expect(report.wordChanges).toEqual([]);
  });

  it('has warnings that are known: sources that nobody has opened, and three questions for a clinician to order', () => {
    const unopened = files.get('sources.yaml')!.match(/accessed: null/g)!.length;
    const rules = new Map<Rule, number>();
    for (const { rule } of report.warnings) rules.set(rule, (rules.get(rule) ?? 0) + 1);
    expect([...rules].sort()).toEqual([
      [10, 3],
      [18, unopened],
    ]);
  });
});

describe('a rule that is broken', () => {
  it('is every one of the twenty-six, and vignettes', () => {
    const rules = new Set([...FAILURES, ...WARNINGS].map(([rule]) => rule));
    expect(rules).toEqual(new Set([...Array.from({ length: 26 }, (_, index) => index + 1), 'vignette']));
  });

  it.each(FAILURES)('%s is caught: %s', (rule, _, edits, message, pathways) => {
    const report = checkContent(alone(edited(...edits), ...pathways), baseline, TODAY);
    const lines = messages(report, rule, 'failures');
    expect(lines.join('\n')).toMatch(typeof message === 'string' ? literally(message) : message);
    // Every failure names a file that is there, and a line of it.
    for (const line of lines) expect(line).toMatch(/^[a-z0-9-/]+\.(yaml|tsv)(:\d+)?( [^:]+)?: /);
  });

  it.each(WARNINGS)('%s is warned about: %s', (rule, _, edits, message, pathways) => {
    const report = checkContent(alone(edited(...edits), ...pathways), NO_BASELINE, TODAY);
    expect(messages(report, rule, 'warnings').join('\n')).toContain(message);
    const before = checkContent(alone(files, ...pathways), NO_BASELINE, TODAY);
    expect(messages(before, rule, 'warnings').join('\n')).not.toContain(message);
  });

  it('19 is caught before anything is walked: a pathway whose answers all lead on', () => {
    const leadOn = moreQuestions(12).replaceAll('outcome: gp-24h', 'to: NEXT').split('    options:');
    const questions = leadOn.map((text) => {
      const next = /id: 'no', to: ([a-z0-9-]+)/.exec(text)?.[1] ?? '';
      return text.replaceAll('NEXT', next);
    });
    const copy = edited(
      [COUGH, "{ id: 'no', to: duration }", "{ id: 'no', to: more-1 }"],
      [COUGH, '  duration:\n', `${questions.join('    options:')}  duration:\n`],
    );
    const report = checkContent(alone(copy, COUGH), baseline, TODAY);
    expect(messages(report, 19, 'failures')).toEqual([
      expect.stringMatching(
        /^pathways\/cough\.yaml:\d+ questions\.red-flags: This pathway has [\d,]{9,} answer sets, and at most 50000 are walked/,
      ),
    ]);
    expect(report.answerSets).toBe(0);
  });

  it('8 is caught in the walk as well: something that is asked before the emergency screen', () => {
    const copy = edited([COUGH, 'emergencyScreen: standard', 'emergencyScreen: none']);
    expect(messages(checkContent(alone(copy, COUGH), baseline, TODAY), 8, 'failures')).toHaveLength(1);
  });
});

describe('signed warnings', () => {
  const [first] = messages(checkContent(alone(files, UTI), NO_BASELINE, TODAY), 10, 'warnings');
  const waiver = `- { rule: 10, file: ${UTI}, path: questions.key-signs, signedBy: ${JSON.stringify(READER)}, reason: it stands }`;

  it('are no warnings any more', () => {
    expect(first).toContain('questions.key-signs');
    const report = checkContent(alone(edited(['waivers.yaml', '[]', waiver]), UTI), NO_BASELINE, TODAY);
    expect(messages(report, 10, 'warnings')).toEqual([]);
    expect(report.waived).toBe(1);
  });

  it('fail once there is nothing to sign', () => {
    const report = checkContent(alone(edited(['waivers.yaml', '[]', waiver]), COUGH), NO_BASELINE, TODAY);
    expect(messages(report, 10, 'failures').join()).toContain('There is no such warning any more');
  });

  it('are needed where people rely on the content', () => {
    const reviewed = edited([UTI, 'status: demo', 'status: reviewed']);
    const report = checkContent(alone(reviewed, UTI), NO_BASELINE, TODAY);
    expect(messages(report, 10, 'failures').join()).toContain('signed in waivers.yaml');
    expect(messages(report, 18, 'failures').length).toBeGreaterThan(20);
  });
});

it('names everything that is wrong at once', () => {
  const report = checkContent(
    edited([RASH, /outcome: gp-6h/g, 'outcome: gp-7h'], [COUGH, 'emergencyScreen: standard\n', '']),
    baseline,
    TODAY,
  );
  expect(messages(report, 7, 'failures').length).toBeGreaterThan(3);
  expect(messages(report, 8, 'failures')).toHaveLength(1);
});

it('gives the line on which something stands', () => {
  const line =
    files
      .get(COUGH)!
      .split('\n')
      .findIndex((text) => text.includes('  neck:')) + 1;
  const copy = edited([COUGH, "{ id: 'no', to: duration }", "{ id: 'no', to: durations }"]);
  const [found] = messages(checkContent(alone(copy, COUGH), baseline, TODAY), 3, 'failures');
  // Its options begin four lines below the question, and this is the second.
  expect(found).toMatch(
    new RegExp(`^${COUGH}:${line + 6} questions\\.neck\\.options\\.1: There is no question`),
  );
});

function literally(text: string): RegExp {
  return new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
}
