import type { Dimension } from '../../../domain/insight/dimensions';
import { cellName, perturbed } from '../../../domain/insight/disclosure';
import type { StatisticsQuestion } from '../../../domain/insight/statistics-question';
import { seededRandom } from '../../../domain/seeded-random';
import {
  attackResult,
  marginsOf,
  overlappingRanges,
  padding,
  targetsIn,
  totalsLessCells,
  unionsOfFilters,
  type AttackResult,
  type Pair,
  type Target,
} from './attacks';
import { attackedWorld, worldFacts, type DatedFact, type WorldSize } from './world';

export const OTHERS: readonly Dimension[] = [
  'SEX',
  'DEPRIVATION',
  'ICB',
  'DISPOSITION',
  'WEEKDAY',
  'HOUR',
  'PATHWAY',
  'AGE_BAND',
];

export const PAIRS: readonly Pair[] = [
  ['PATHWAY', 'AGE_BAND'],
  ['PATHWAY', 'DISPOSITION'],
  ['SEX', 'PATHWAY'],
];

/** Checks of the attacker's own that one cell is filled up with. */
const ADDED = 60;

/** Every attack on every target of a world. */
export async function attackSuite(size: WorldSize, mostPadded: number): Promise<AttackResult[]> {
  const facts = worldFacts(size);
  const world = attackedWorld(facts);
  const [from = '', to = from] = [size.months[0], size.months.at(-1)];
  const months = { grain: 'MONTH', from, to } as const;
  const results: AttackResult[] = [];
  for (const pair of PAIRS) {
    const targets = await targetsIn(world, months, pair);
    const expected = await marginsOf(world, months, pair);
    const run = async (attack: string, on: readonly Target[], observe: Parameters<typeof attackResult>[2]) =>
      results.push(await attackResult(`${attack}, ${pair.join(' and ')}`, on, observe, expected));
    await run('overlapping ranges', targets, (supposed) => overlappingRanges(world, months, pair, supposed));
    await run('unions of filters', targets, (supposed) => unionsOfFilters(world, months, pair, supposed));
    await run('totals less cells', targets, (supposed) =>
      totalsLessCells(world, months, pair, { others: OTHERS, supposed }),
    );
    const padded = targets.slice(0, mostPadded);
    await run('padding', padded, paddedObserver(facts, padded, months, pair));
  }
  return results;
}

/** Each target in a world of its own, in which the attacker has filled its cell up. */
function paddedObserver(
  facts: readonly DatedFact[],
  targets: readonly Target[],
  months: StatisticsQuestion['period'],
  pair: Pair,
): Parameters<typeof attackResult>[2] {
  const others = OTHERS.filter((dimension) => !pair.includes(dimension));
  const worlds = new Map(
    targets.map((target) => {
      const inMonth = facts.filter(({ day }) => day.startsWith(target.period));
      return [nameOf(target), attackedWorld([...inMonth, ...ownChecks(inMonth, target, pair)])];
    }),
  );
  return (supposed) => async (target) => {
    const world = worlds.get(nameOf(target));
    if (world === undefined) return null;
    const whole = { ...months, from: target.period, to: target.period };
    return padding(world, whole, pair, { others, added: ADDED, supposed })(target);
  };
}

const nameOf = ({ period, values }: Target) => cellName([period, ...values]);

function ownChecks(facts: readonly DatedFact[], target: Target, pair: Pair): DatedFact[] {
  const random = seededRandom(7, nameOf(target));
  return Array.from({ length: ADDED }, () => {
    const like = facts[random.below(facts.length)];
    if (like === undefined) throw new Error('There are no facts in the month.');
    const values = { ...like.values, [pair[0]]: target.values[0], [pair[1]]: target.values[1] };
    return { ...like, values, key: random.below(256) };
  });
}

/** The results of one attack on all tables, as one: more numbers show more surely what is chance. */
export function together(results: readonly AttackResult[]): AttackResult[] {
  const sums = new Map<string, AttackResult>();
  for (const { attack: name, ...numbers } of results) {
    const attack = name.split(', ')[0] ?? name;
    const { targets, exact, guessed, informed } = sums.get(attack) ?? NOTHING_TRIED;
    sums.set(attack, {
      attack,
      targets: targets + numbers.targets,
      exact: exact + numbers.exact,
      guessed: guessed + numbers.guessed,
      informed: informed + numbers.informed,
    });
  }
  return [...sums.values()];
}

const NOTHING_TRIED = { targets: 0, exact: 0, guessed: 0, informed: 0 } as const;

/** Exact recoveries that guessing would not reach once in a thousand times. */
export function mostByChance({ targets, guessed }: AttackResult): number {
  const share = targets === 0 ? 0 : guessed / targets;
  return guessed + 3.1 * Math.sqrt(targets * share * (1 - share)) + 1;
}

/** Usefulness: people in withheld cells, and errors of shown numbers, by table. */
export interface Utility {
  table: string;
  people: number;
  withheldPeople: number;
  /** Mean distance of shown numbers from the truth. */
  meanError: number;
}

export async function utilityOf(
  size: WorldSize,
  tables: readonly (readonly Dimension[])[],
): Promise<Utility[]> {
  const facts = worldFacts(size);
  const world = attackedWorld(facts);
  const utilities: Utility[] = [];
  for (const by of tables) {
    let [people, withheldPeople, error, shownCells] = [0, 0, 0, 0];
    for (const month of size.months) {
      const period = { grain: 'MONTH', from: month, to: month } as const;
      const shown = await world.askAnyhow({ by, period });
      for (const [name, { count }] of cellsOf(facts, month, by)) {
        people += count;
        const number = shown.get(name);
        if (number === null) withheldPeople += count;
        else {
          error += Math.abs((number ?? 0) - count);
          shownCells += 1;
        }
      }
    }
    utilities.push({
      table: by.join(' and '),
      people,
      withheldPeople,
      meanError: shownCells === 0 ? 0 : error / shownCells,
    });
  }
  return utilities;
}

function cellsOf(facts: readonly DatedFact[], month: string, by: readonly Dimension[]) {
  const cells = new Map<string, { count: number; key: number }>();
  for (const { day, values, key } of facts) {
    if (!day.startsWith(month)) continue;
    const name = by.map((dimension) => Reflect.get(values, dimension) as string).join('|');
    const cell = cells.get(name) ?? { count: 0, key: 0 };
    cells.set(name, { count: cell.count + 1, key: cell.key + key });
  }
  return cells;
}

/**
 * The same overlapping ranges against the rule that there was before, and against noise that is drawn for each set anew: both must
 * be seen to fail, or the attack proves nothing.
 */
export function weakerRules(
  size: WorldSize,
): Record<'withheld and rounded' | 'noise for each range', number> {
  const facts = worldFacts(size);
  const weeks = [...new Set(facts.map(({ day }) => day.slice(0, 10)))].sort();
  const pathways = [...new Set(facts.map(({ values }) => values.PATHWAY ?? ''))];
  const exact = { 'withheld and rounded': 0, 'noise for each range': 0 };
  let targets = 0;
  for (const pathway of pathways) {
    const days = weeks.map((day) =>
      facts.filter((fact) => fact.day === day && fact.values.PATHWAY === pathway),
    );
    const total = (first: number, last: number) => days.slice(first, last + 1).flat();
    for (const [at, own] of days.entries()) {
      if (own.length < 1 || own.length > 7 || at < 30) continue;
      targets += 1;
      const differences = (show: (cell: readonly DatedFact[]) => number) => {
        let sum = 0;
        for (let first = 0; first < at - 5; first++)
          sum += show(total(first, at)) - show(total(first, at - 1));
        return Math.round(sum / (at - 5));
      };
      const rounded = differences((cell) => Math.round(cell.length / 5) * 5);
      const noisy = differences(
        (cell) =>
          Math.round(
            perturbed(
              cell.length,
              cell.reduce((sum, { key }) => sum + key, 0),
            ) / 5,
          ) * 5,
      );
      if (rounded === own.length) exact['withheld and rounded'] += 1;
      if (noisy === own.length) exact['noise for each range'] += 1;
    }
  }
  return {
    'withheld and rounded': targets === 0 ? 0 : exact['withheld and rounded'] / targets,
    'noise for each range': targets === 0 ? 0 : exact['noise for each range'] / targets,
  };
}
