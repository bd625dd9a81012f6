import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { patched } from '../tests/faults/source-patches';
import { namePattern, readHazards, testedControls, type TestedControl } from '../tests/safety/hazard-log';
import { runScript } from './run-script';

/**
 * `npm run safety:controls`: takes each control of the hazard log out of the sources in turn, runs its test, and demands that it
 * fails. `--only H04` takes those whose hazard begins so; `--publish` writes docs/safety/controls.md, in which
 * the others stay as they were. Exit code 1 where a test
 * passes without its control.
 */
const ROOT = process.cwd();
const PAGE = join(ROOT, 'docs', 'safety', 'controls.md');
const LIMIT_MS = 10 * 60_000;
/** Tests at once: each is a process of its own. */
const AT_ONCE = 2;

const VERDICTS = ['caught', 'NOT CAUGHT', 'NO TEST RAN', 'unproven'] as const;
type Verdict = (typeof VERDICTS)[number];
interface Control {
  hazard: string;
  control: TestedControl;
}
interface Result extends Control {
  verdict: Verdict;
}

runScript(removeEach);

async function removeEach(): Promise<void> {
  const { values } = parseArgs({
    options: { only: { type: 'string', default: '' }, publish: { type: 'boolean', default: false } },
  });
  const all = readHazards(ROOT).flatMap((hazard) =>
    testedControls(hazard).map((control) => ({ hazard: hazard.id, control })),
  );
  const controls = all.filter(({ hazard }) => hazard.startsWith(values.only));
  const verdicts = new Map<TestedControl, Verdict>();
  const waiting = [...controls];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const verdict = await judge(next.control);
      verdicts.set(next.control, verdict);
      console.log(`${verdict.padEnd(12)} ${next.hazard.padEnd(22)} ${next.control.control}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const results = controls.map((each): Result => ({
    ...each,
    verdict: verdicts.get(each.control) ?? 'NO TEST RAN',
  }));
  const missed = results.filter(({ verdict }) => verdict === 'NOT CAUGHT' || verdict === 'NO TEST RAN');
  console.log(summary(results));
  if (values.publish) {
    const published = publishedVerdicts(readFileSync(PAGE, 'utf8'));
    const verdictNow = (each: Control): Verdict =>
      verdicts.get(each.control) ?? published.get(keyOf(each)) ?? 'NO TEST RAN';
    writeFileSync(PAGE, page(all.map((each) => ({ ...each, verdict: verdictNow(each) }))));
  }
  if (missed.length > 0) process.exitCode = 1;
}

const Report = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numRuntimeErrorTestSuites: z.int(),
});

async function judge({ removed, test }: TestedControl): Promise<Verdict> {
  if (removed === undefined) return 'unproven';
  patched(readFileSync(join(ROOT, removed.file), 'utf8'), [removed]);
  const folder = mkdtempSync(join(tmpdir(), 'safety-controls-'));
  const outputFile = join(folder, 'report.json');
  try {
    const child = spawn(
      process.execPath,
      [
        ...[join('node_modules', 'jest', 'bin', 'jest.js'), '--config', 'tests/safety/controls.config.cjs'],
        ...['--json', '--outputFile', outputFile, '--silent', '--runInBand', '--forceExit'],
        ...['--runTestsByPath', test.file, '-t', namePattern(test.name)],
      ],
      {
        cwd: ROOT,
        stdio: 'ignore',
        timeout: LIMIT_MS,
        env: { ...process.env, SAFETY_PATCH: JSON.stringify(removed) },
      },
    );
    await once(child, 'exit');
    return existsSync(outputFile) ? verdictOf(readFileSync(outputFile, 'utf8')) : 'NO TEST RAN';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A suite that does not even load fails no test, and proves nothing of any. */
function verdictOf(text: string): Verdict {
  const report = Report.parse(JSON.parse(text));
  if (report.numFailedTests > 0) return 'caught';
  const isRun = report.numRuntimeErrorTestSuites === 0 && report.numPassedTests > 0;
  return isRun ? 'NOT CAUGHT' : 'NO TEST RAN';
}

/** Verdicts of the page as it stands, by hazard and control. */
function publishedVerdicts(text: string): Map<string, Verdict> {
  const rows = text.split('\n').flatMap((line) => {
    const [, hazard = '', control = '', , said = ''] = line.split('|').map((cell) => cell.trim());
    const verdict = VERDICTS.find((each) => each === said);
    return verdict === undefined ? [] : [[`${hazard} ${control}`, verdict] as const];
  });
  return new Map(rows);
}

function keyOf({ hazard, control: { control } }: Control): string {
  return `${hazard} ${control}`;
}

function summary(results: readonly Result[]): string {
  const count = (wanted: Verdict) => results.filter(({ verdict }) => verdict === wanted).length;
  return `${results.length} controls of type Test: ${count('caught')} caught when removed, ${count('NOT CAUGHT')} not caught, ${count('NO TEST RAN')} without a test that ran, ${count('unproven')} claimed and not proven.`;
}

function page(results: readonly Result[]): string {
  const rows = results.map(
    ({ hazard, control: { control, removed, unproven }, verdict }) =>
      `| ${hazard} | ${control} | ${removed === undefined ? (unproven ?? '') : `\`${removed.file}\``} | ${verdict} |`,
  );
  return `# Controls, each removed in turn

> Demonstration content. Not clinically assured. Do not use for real symptoms. In an emergency call 999; otherwise NHS 111.

Made by \`npm run safety:controls -- --publish\`. Each control of type Test in [hazard-log.yaml](hazard-log.yaml) is taken out of the
sources, its test runs, and has to fail. ${summary(results)}

| hazard | control | removed from, or why nothing is | test without it |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}
