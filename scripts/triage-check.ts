import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { acceptances } from '../subgraphs/triage/content/check/accept-changes';
import { checkContent, type CheckReport } from '../subgraphs/triage/content/check/check-content';
import { changeLine } from '../subgraphs/triage/content/check/compare-tables';
import { wordChangeLine } from '../subgraphs/triage/content/check/compare-words';
import { findingLine, type Finding } from '../subgraphs/triage/content/check/finding';
import { readBaseline, writeAcceptance } from '../subgraphs/triage/content/check/golden-files';
import {
  corpusPage,
  corpusReport,
  corpusTable,
  readCorpus,
  type CorpusReport,
} from '../subgraphs/triage/content/check/own-words-corpus';
import { withFigures } from '../subgraphs/triage/content/check/published-figures';
import { vignettePage } from '../subgraphs/triage/content/check/vignette-report';
import { readContentFiles } from '../subgraphs/triage/content/content-files';
import { contentFrom } from '../subgraphs/triage/content/load-content';
import { runScript } from './run-script';

/**
 * `npm run triage:check`: all rules over all content, and every answer set walked. `--json` prints the figures alone;
 * `--publish` writes them into docs/safety; `--accept` takes changed outcomes as the accepted ones, in the name of who has read them.
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
      publish: { type: 'boolean', default: false },
      accept: { type: 'boolean', default: false },
      reviewer: { type: 'string' },
      'second-reviewer': { type: 'string' },
      reason: { type: 'string' },
    },
  });
  const started = performance.now();
  const files = readContentFiles(FOLDER);
  const report = checkContent(files, readBaseline(FOLDER), new Date());
  const ownWords = ownWordsReport(files, report);
  const seconds = Math.round(performance.now() - started) / 1000;
  if (values.publish) publish(report, ownWords);
  if (values.accept) accept(report, values);
  else if (values.json)
    console.log(
      JSON.stringify({
        ...figures(report, seconds),
        ownWords: ownWords?.parts ?? null,
        vignettes: vignetteFigures(report),
      }),
    );
  else console.log([...(ownWords ? ownWordsLines(ownWords) : []), summary(report, seconds)].join('\n'));
  if (!values.accept && report.failures.length + (ownWords?.faults.length ?? 0) > 0) process.exitCode = 1;
}

/** Writes the figures into the safety file, in place of those that stand there. */
function publish({ vignettes }: CheckReport, ownWords: CorpusReport | null): void {
  if (vignettes === null || ownWords === null)
    throw new Error('There are no figures: mend the failures of the other rules first.');
  const pages: [string, string][] = [
    ['vignettes.md', vignettePage(vignettes)],
    ['own-words.md', corpusPage(ownWords)],
  ];
  for (const [name, figures] of pages) {
    const page = join('docs', 'safety', name);
    writeFileSync(page, withFigures(readFileSync(page, 'utf8'), figures));
  }
}

/** Plays the corpus, unless the content cannot be linked: the failures say why. */
function ownWordsReport(files: Map<string, string>, { failures }: CheckReport): CorpusReport | null {
  return failures.some(({ rule }) => rule !== 20)
    ? null
    : corpusReport(contentFrom(files), readCorpus(FOLDER), new Date());
}

function ownWordsLines(report: CorpusReport): string[] {
  const missed = report.missed.filter((line) => !line.startsWith('held-out'));
  return [
    ...corpusTable(report),
    ...(missed.length > 0 ? ['Answers that are not as wanted:', ...limited(missed)] : []),
    ...report.faults,
  ];
}

function vignetteFigures({ vignettes }: CheckReport) {
  return vignettes && { complaints: vignettes.complaints, total: vignettes.total };
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
    ...(report.vignettes ? vignettePage(report.vignettes).split('\n') : []),
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
