import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readContentFiles } from '../content-files';
import { CONTENT_FOLDER } from '../load-content';
import { NOTHING_ACCEPTED } from './acceptance-rules';
import { checkContent } from './check-content';
import { vignettePage } from './vignette-report';

const TODAY = new Date('2026-11-30T12:00:00Z');
const files = readContentFiles(CONTENT_FOLDER);

/** Checks the real content with one text of one file replaced. */
function changed(file: string, from: string | RegExp, to: string) {
  const text = files.get(file)!;
  const edited = text.replace(from, to);
  expect(edited).not.toBe(text);
  return checkContent(new Map(files).set(file, edited), NOTHING_ACCEPTED, TODAY);
}

function messages(report: ReturnType<typeof changed>, rule: number): string[] {
  return report.failures.filter((finding) => finding.rule === rule).map(({ message }) => message);
}

describe('a sign that several pathways meet (rule 25)', () => {
  it('may not end less urgently by one door than declared', () => {
    const milder = changed('pathways/sore-throat.yaml', /(id: 'yes', outcome: )ed-1h/, '$1gp-2h');
    expect(messages(milder, 25)).toEqual([
      expect.stringMatching(/^"yes" of "sore-throat\.immune" can end in "gp-2h" at 0 days/),
    ]);
  });

  it('is reported by every pathway whose people can have it, or somebody signs why not', () => {
    const silent = changed(
      'shared-signs.yaml',
      /\n +headache-adult: \{ red-flags: \[carbon-monoxide\] \}/,
      ' {}',
    );
    expect(messages(silent, 25)).toEqual([
      expect.stringMatching(/^People in "headache-adult" can have this sign \(Others in the same home/),
    ]);
  });

  it('names an option that is there', () => {
    const gone = changed('shared-signs.yaml', '[carbon-monoxide]', '[smoke]');
    expect(messages(gone, 25)).toEqual(['There is no option "smoke" in "headache-adult.red-flags".']);
  });

  it('can be reported by every group of people who could else end less urgently', () => {
    const from = /(temperature-by-age:[^]*?)\{ to: amber, sources: \[nice-ng143\] \}/;
    const skipped = changed('pathways/child-fever.yaml', from, '$1{ to: long-fever, sources: [nice-ng143] }');
    expect(messages(skipped, 25)).toContain('Somebody MALE of 1827 days is never asked for this sign.');
  });
});

describe('cases with the urgency that their sources want (rule 26)', () => {
  const report = checkContent(files, NOTHING_ACCEPTED, TODAY).vignettes!;

  it('are at least 150, and none of the emergencies ends less urgently', () => {
    expect(report.total.cases).toBeGreaterThanOrEqual(150);
    expect(report.total.emergenciesUnder).toBe(0);
    expect(report.findings).toEqual([]);
  });

  it('fail where an emergency ends less urgently', () => {
    const under = changed('pathways/cough.yaml', /(id: inhaler\n.*\n +outcome: )ambulance/, '$1gp-2h');
    expect(messages(under, 26)).toEqual([
      '"Asthma, the inhaler does not help": an emergency (NHS, Asthma attack) ends in "gp-2h".',
      '"Asthma at 6, the inhaler does not help": an emergency (NHS, Asthma attack) ends in "gp-2h".',
    ]);
  });

  it('fail where more than one in twenty ends less urgently', () => {
    const under = changed('vignettes.yaml', /wanted: gp\n/g, 'wanted: urgent\n');
    expect(messages(under, 26)).toEqual([
      expect.stringMatching(/end less urgently than wanted: at most one/),
    ]);
  });

  it('fail where more than one in ten ends more urgently', () => {
    const over = changed('vignettes.yaml', /wanted: gp\n/g, 'wanted: self-care\n');
    expect(messages(over, 26)).toEqual([expect.stringMatching(/end more urgently than wanted: at most one/)]);
  });

  it('fail where they answer what is not asked', () => {
    const stray = changed('vignettes.yaml', 'red-flags: [inhaler]', 'red-flags: [inhaler], neck: [none]');
    expect(messages(stray, 26)).toEqual([expect.stringContaining('"cough.neck" is not asked')]);
  });

  it('have their figures in the safety file', () => {
    const page = readFileSync(
      join(__dirname, '..', '..', '..', '..', 'docs', 'safety', 'vignettes.md'),
      'utf8',
    );
    expect(page).toContain(vignettePage(report));
  });
});

it('names the question and the ticks that lead nowhere together (rule 7)', () => {
  const both = changed(
    'pathways/cough.yaml',
    /(id: streaks-of-blood\n.*\n +)outcome: gp-6h/,
    '$1to: unwell\n        atLeast: gp-6h',
  );
  const found = both.failures.filter(({ rule }) => rule === 7);
  expect(found.map(({ path, message }) => [path.join('.'), message])).toContainEqual([
    'questions.urgent-signs',
    'There are answers that end in no disposition: "streaks-of-blood" and "whoop", ticked together, all lead on to a question. Of ticks that can be chosen together only one may.',
  ]);
});
