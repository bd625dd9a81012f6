import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { acceptances } from '../subgraphs/triage/content/check/acceptance-rules';
import { checkContent, type CheckReport } from '../subgraphs/triage/content/check/check-content';
import { changeLine } from '../subgraphs/triage/content/check/compare-tables';
import { wordChangeLine } from '../subgraphs/triage/content/check/compare-words';
import { findingLine, type Finding } from '../subgraphs/triage/content/check/finding';
import { readBaseline, writeAcceptance } from '../subgraphs/triage/content/check/golden-files';
import { readContentFiles } from '../subgraphs/triage/content/content-files';
import { runScript } from './run-script';

/**
 * `npm run triage:check`: all rules over all content, and every answer set walked. `--json` prints the figures alone;
 * `--accept` takes changed outcomes as the accepted ones, in the name of who has read them.
 */
const FOLDER = join('subgraphs', 'triage', 'content');
/** Changes shown for each pathway; all of them are in the diff of the golden tables. */
const MAX_LISTED_CHANGES = 40;

runScript(
  () =>
    new Promise((resolve) => {
      check();
      resolve();
    }),
);

function check(): void {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      accept: { type: 'boolean', default: false },
      reviewer: { type: 'string' },
      'second-reviewer': { type: 'string' },
      reason: { type: 'string' },
    },
  });
  const started = performance.now();
  const report = checkContent(readContentFiles(FOLDER), readBaseline(FOLDER), new Date());
  const seconds = Math.round(performance.now() - started) / 1000;
  if (values.accept) accept(report, values);
  else if (values.json) console.log(JSON.stringify(figures(report, seconds)));
  else console.log(summary(report, seconds));
  if (!values.accept && report.failures.length > 0) process.exitCode = 1;
}

function figures({ pathways, paths, answerSets, failures, warnings }: CheckReport, seconds: number) {
  return { pathways, paths, answerSets, failures: failures.length, warnings: warnings.length, seconds };
}

function summary(report: CheckReport, seconds: number): string {
  const { pathways, paths, answerSets, failures, warnings, waived, lines } = report;
  const line = (finding: Finding) => `  ${findingLine(finding, lines(finding.file, finding.path))}`;
  return [
    ...report.changes.flatMap(({ pathway, changes }) => [
      `Outcomes of ${pathway} that are not as accepted:`,
      ...limited(changes.map(changeLine)),
    ]),
    ...(report.wordChanges.length > 0
      ? ['Words that are not as accepted:', ...limited(report.wordChanges.map(wordChangeLine))]
      : []),
    ...(warnings.length > 0 ? ['Warnings:', ...warnings.map(line)] : []),
    ...(failures.length > 0 ? ['Failures:', ...failures.map(line)] : []),
    `${pathways} pathways, ${paths} paths, ${answerSets} answer sets: ${failures.length} failures, ${warnings.length} warnings (${waived} more are signed), ${seconds} s`,
  ].join('\n');
}

function limited(lines: readonly string[]): string[] {
  const shown = lines.slice(0, MAX_LISTED_CHANGES).map((line) => `  ${line}`);
  return lines.length > MAX_LISTED_CHANGES
    ? [...shown, `  and ${lines.length - MAX_LISTED_CHANGES} more`]
    : shown;
}

interface Reviewed {
  reviewer?: string;
  'second-reviewer'?: string;
  reason?: string;
}

function accept(report: CheckReport, { reviewer, reason, ...more }: Reviewed): void {
  const others = report.failures.filter(({ rule }) => rule !== 20);
  if (others.length > 0)
    throw new Error('Only content that passes the other rules is accepted: mend it first.');
  if (!reviewer || !reason)
    throw new Error('Say who has read the changes and why they are made: --reviewer NAME --reason WHY.');
  const entries = acceptances(report.proof, readBaseline(FOLDER), {
    reviewer,
    secondReviewer: more['second-reviewer'],
    reason,
  });
  writeAcceptance(FOLDER, report.proof, entries);
  const accepted = entries.map((entry) =>
    'table' in entry ? `${entry.pathway} ${entry.version}` : entry.file,
  );
  console.log(entries.length === 0 ? 'There was nothing to accept.' : `Accepted: ${accepted.join(', ')}.`);
}
