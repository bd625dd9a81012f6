import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { CONFIGURATIONS } from '../tests/faults/fault-matrix';
import { inWords, isGood, report } from '../tests/faults/report';
import { runFaults, type RunOptions } from '../tests/faults/run';
import { runScript } from './run-script';

/** `npm run faults`: histories under faults, crashes at every step, and mutants, against the suppliers' own diaries. */
const Options = z.object({
  histories: z.coerce.number('--histories is a number.').int().min(1, '--histories is 1 or more.'),
  seed: z.coerce.number('--seed is a whole number.').int('--seed is a whole number.'),
  config: z
    .string()
    .transform((text) => text.split(','))
    .pipe(
      z.array(z.enum(CONFIGURATIONS, `--config takes ${CONFIGURATIONS.join(', ')}, separated by commas.`)),
    ),
  cell: z.string().nullable(),
  only: z.coerce.number('--only is the number of a history.').int().min(0).nullable(),
  'at-once': z.coerce.number('--at-once is a number.').int().min(1, '--at-once is 1 or more.'),
  json: z.boolean(),
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

runScript(async () => {
  const { values } = parseArgs({
    options: {
      histories: { type: 'string', default: '200' },
      seed: { type: 'string' },
      config: { type: 'string', default: CONFIGURATIONS.join(',') },
      only: { type: 'string' },
      cell: { type: 'string' },
      'at-once': { type: 'string', default: '6' },
      json: { type: 'boolean', default: false },
    },
  });
  const parsed = Options.parse({
    ...values,
    seed: values.seed ?? Date.now() % 1_000_000,
    only: values.only ?? null,
    cell: values.cell ?? null,
  });
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1000);
  const options: RunOptions = {
    ...parsed,
    configurations: parsed.config,
    atOnce: parsed['at-once'],
    progress: (line) => process.stderr.write(`${String(seconds()).padStart(4)} s  ${line}\n`),
  };
  process.stderr.write(
    `Seed ${options.seed}: --seed ${options.seed} --histories ${options.histories} chooses the same again.\n`,
  );
  const result = await runFaults(options);
  const figures = { ...report(options, result), seconds: seconds() };
  process.stdout.write(`${parsed.json ? JSON.stringify(figures) : inWords(figures)}\n`);
  if (!isGood(figures)) process.exitCode = 1;
});
