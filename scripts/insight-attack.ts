import { attackSuite, mostByChance, utilityOf, weakerRules } from '../tests/insight/attack/attack-suite';
import { runScript } from './run-script';

/**
 * `npm run insight:attack`: every attack on what statistics publish, on a year of checks; `SEED=…` plays others. Exit code 1 where one
 * says more numbers exactly than chance does.
 */
const MONTHS = Array.from({ length: 12 }, (_, month) => `2026-${String(month + 1).padStart(2, '0')}`);

runScript(async () => {
  const size = { seed: Number(process.env.SEED ?? 20261130), months: MONTHS, perDay: 15 };
  const percent = (part: number, whole: number) =>
    whole === 0 ? '-' : `${((part / whole) * 100).toFixed(1)} %`;
  const results = await attackSuite(size, 60);
  console.log('attack | withheld cells | observed | exact | by guessing | most by chance');
  for (const result of results) {
    const { attack, targets, exact, guessed, informed } = result;
    const most = mostByChance(result);
    console.log(
      `${attack} | ${targets} | ${informed} | ${percent(exact, targets)} | ${percent(guessed, targets)} | ${percent(most, targets)}`,
    );
    if (exact > most) process.exitCode = 1;
  }
  const weaker = weakerRules({ ...size, months: MONTHS.slice(0, 4) });
  for (const [rule, rate] of Object.entries(weaker))
    console.log(`overlapping ranges against ${rule}: ${percent(rate, 1)} exact`);
  console.log('table | people | in withheld cells | mean error of shown numbers');
  const tables = [
    ['PATHWAY'],
    ['AGE_BAND'],
    ['PATHWAY', 'AGE_BAND'],
    ['PATHWAY', 'DISPOSITION'],
    ['PATHWAY', 'AGE_BAND', 'SEX'],
  ] as const;
  for (const { table, people, withheldPeople, meanError } of await utilityOf(size, tables))
    console.log(`${table} | ${people} | ${percent(withheldPeople, people)} | ${meanError.toFixed(2)}`);
});
