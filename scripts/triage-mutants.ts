import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '../domain/seeded-random';
import {
  acceptedAsIs,
  judgeMutant,
  type MutantResult,
} from '../subgraphs/triage/content/check/mutants/content-mutant';
import { contentMutants } from '../subgraphs/triage/content/check/mutants/mutant-kinds';
import { withFigures } from '../subgraphs/triage/content/check/published-figures';
import { readContentFiles } from '../subgraphs/triage/content/content-files';
import { runScript } from './run-script';

/**
 * `npm run triage:mutants`: makes every mistake of every kind in a copy of the content, and prints what the checker says of it.
 * `--lean` makes one of each kind, chosen by `--seed`; `--list` prints each mistake with its finding;
 * `--publish` writes the table into docs/safety/content-mistakes.md. Exit code 1 where one gets through.
 */
const FOLDER = join('subgraphs', 'triage', 'content');
const SEED = 20261130;

runScript(() => Promise.resolve().then(judgeAll));

function judgeAll(): void {
  const { values } = parseArgs({
    options: {
      lean: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      publish: { type: 'boolean', default: false },
      seed: { type: 'string', default: String(SEED) },
    },
  });
  const today = new Date();
  const files = readContentFiles(FOLDER);
  const baseline = acceptedAsIs(files, today);
  const mutants = contentMutants(
    files,
    seededRandom(Number(values.seed)),
    values.lean ? 'one of each' : 'all',
  );
  const results = mutants.map((mutant) => judgeMutant(mutant, baseline, today));
  if (values.list)
    for (const { mutant, caught } of results)
      console.log(`${mutant.kind}\t${mutant.place}\t${caught ?? 'GOT THROUGH'}`);
  console.log(table(results));
  if (values.publish) publish(table(results));
  if (results.some(({ caught }) => caught === null)) process.exitCode = 1;
}

function publish(figures: string): void {
  const page = join('docs', 'safety', 'content-mistakes.md');
  writeFileSync(page, withFigures(readFileSync(page, 'utf8'), figures));
}

function table(results: readonly MutantResult[]): string {
  const kinds = [...new Set(results.map(({ mutant }) => mutant.kind))];
  const rows = kinds.map((kind) => {
    const of = results.filter(({ mutant }) => mutant.kind === kind);
    const missed = of.filter(({ caught }) => caught === null);
    const rules = [
      ...new Set(
        of.map(({ mutant: { caughtBy } }) => `${caughtBy.rule}${caughtBy.readers ? ', two readers' : ''}`),
      ),
    ];
    const places = missed.map(({ mutant }) => mutant.place).join('; ');
    return `| ${kind} | ${rules.join('; ')} | ${of.length - missed.length} of ${of.length} | ${places} |`;
  });
  const caught = results.filter((result) => result.caught !== null).length;
  return [
    '| mistake | caught by rule | caught | got through |',
    '|---|---|---|---|',
    ...rows,
    '',
    `${caught} of ${results.length} mistakes of ${kinds.length} kinds are caught.`,
  ].join('\n');
}
