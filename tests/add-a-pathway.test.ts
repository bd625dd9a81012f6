import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NOTHING_ACCEPTED } from '../subgraphs/triage/content/check/acceptance-rules';
import { checkContent } from '../subgraphs/triage/content/check/check-content';
import { findingLine } from '../subgraphs/triage/content/check/finding';
import { readContentFiles } from '../subgraphs/triage/content/content-files';
import { CONTENT_FOLDER, contentFrom } from '../subgraphs/triage/content/load-content';
import { pathwayFinder } from '../subgraphs/triage/content/find-pathways';

const page = readFileSync(join(__dirname, '..', 'docs', 'add-a-pathway.md'), 'utf8');
const pathway = /```yaml\n([\s\S]*?)```/.exec(page)![1]!;
const TODAY = new Date('2026-11-23');
const files = readContentFiles(CONTENT_FOLDER).set('pathways/sinusitis.yaml', pathway);

it('shows a pathway that passes every rule but its acceptance, which is the next step on the page', () => {
  const report = checkContent(files, NOTHING_ACCEPTED, TODAY);
  const ofThis = [...report.failures, ...report.warnings].filter(({ file }) => file.includes('sinusitis'));
  // Its outcomes, and its words.
  expect(ofThis.map(({ rule }) => rule)).toEqual([20, 20]);
  const cells = report.failures.filter(({ rule }) => rule === 25);
  expect(cells.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/^People in "sinusitis" can have this sign/),
  );
  expect(report.failures.filter(({ rule }) => rule !== 20 && rule !== 25)).toEqual([]);
});

it('adds it by that one file: it is found and can be answered', () => {
  const content = contentFrom(files);
  expect(content.pathways.has('sinusitis')).toBe(true);
  const found = pathwayFinder(content)({ words: 'stuffy nose', first: 5 }, TODAY);
  expect(found).toMatchObject({ kind: 'found', pathways: [{ id: 'sinusitis' }] });
});

it.each([
  [
    '    unsure: { outcome: ambulance }\n',
    '',
    'questions.red-flags: Every question can be answered with "unsure"',
  ],
  ['emergencyScreen: standard\n', '', 'write "emergencyScreen: standard"'],
  ['expect: pharmacy-24h', 'expect: gp-24h', 'It ends in "pharmacy-24h", not in "gp-24h"'],
  ['below: 4383 }', 'below: 4380 }', 'Nothing says what becomes of somebody FEMALE of 4380 days'],
  ['[pharmacy-first]', '[pharmacy]', 'There is no source "pharmacy"'],
])('has a checker that names the remedy when "%s" is wrong', (before, after, message) => {
  const wrong = new Map([...files].filter(([name]) => !name.startsWith('pathways/')));
  wrong.set('pathways/sinusitis.yaml', pathway.replace(before, after));
  const { failures, lines } = checkContent(wrong, NOTHING_ACCEPTED, TODAY);
  const said = failures.map((finding) => findingLine(finding, lines(finding.file, finding.path))).join('\n');
  expect(said).toMatch(/^pathways\/sinusitis\.yaml:\d+ /m);
  expect(said).toContain(message);
});
