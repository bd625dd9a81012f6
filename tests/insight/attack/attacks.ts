import type { Dimension } from '../../../domain/insight/dimensions';
import { periodOf, periodsBetween } from '../../../domain/insight/periods';
import type { StatisticsQuestion } from '../../../domain/insight/statistics-question';
import type { AttackedWorld, DatedFact } from './world';

/** A cell of two dimensions in a period, which the publication withholds, and of which the truth is 1 to 7. */
export interface Target {
  period: string;
  values: readonly [string, string];
  truth: number;
}

/** Result of an attack on many targets: how many numbers it says exactly, and how many guessing would. */
export interface AttackResult {
  attack: string;
  targets: number;
  exact: number;
  /** The better of two ways to guess: the commonest number, and what the published margins make likely. */
  guessed: number;
  /** Targets of which the attack knew more than that they are withheld. */
  informed: number;
}

export type Pair = readonly [Dimension, Dimension];

/** An attacker's view of one target: how likely each number from 1 to 7 is by what was observed; null knows nothing. */
type Observe = (target: Target) => Promise<Estimate | null>;

interface Estimate {
  mean: number;
  variance: number;
}

/**
 * Variances that attackers suppose of a shown number: that of the rule (even noise from -4 to 4, and the rounding to 5), and
 * nearly none, which finds what is shown as it is.
 */
export const SUPPOSED = [60 / 9 + 2, 0.01] as const;
/** Noise of a number that is withheld, as 1 to 7. */
const WITHHELD = { mean: 4, variance: 4 } as const;

export async function targetsIn(
  world: AttackedWorld,
  period: Pick<StatisticsQuestion['period'], 'grain' | 'from' | 'to'>,
  pair: Pair,
): Promise<Target[]> {
  const shown = await publishedCells(world, period, pair);
  const truth = trueCells(world.facts, period.grain, pair);
  const periods = periodsBetween(period.grain, period.from, period.to, 100);
  return [...truth].flatMap(([name, count]) => {
    const [at = '', one = '', other = ''] = name.split('|');
    if (count > 7 || !periods.includes(at) || shown.get(name) !== null) return [];
    return [{ period: at, values: [one, other], truth: count }];
  });
}

function trueCells(
  facts: readonly DatedFact[],
  grain: 'DAY' | 'WEEK' | 'MONTH',
  pair: Pair,
): Map<string, number> {
  const cells = new Map<string, number>();
  for (const { day, values } of facts) {
    const [one, other] = pair.map((dimension) => Reflect.get(values, dimension) as string);
    const name = [periodOf(grain, day), one, other].join('|');
    cells.set(name, (cells.get(name) ?? 0) + 1);
  }
  return cells;
}

/**
 * The published cells of two dimensions, by period. A table that is too fine is had all the same, by asking for rows that are not
 * small beside: so the attacker is given it.
 */
async function publishedCells(
  world: AttackedWorld,
  { grain, from, to }: StatisticsQuestion['period'],
  pair: Pair,
): Promise<Map<string, number | null>> {
  const cells = new Map<string, number | null>();
  for (const period of periodsBetween(grain, from, to, 100)) {
    const table = await world.askAnyhow({ by: [...pair], period: { grain, from: period, to: period } });
    for (const [name, number] of table) cells.set(`${period}|${name}`, number);
  }
  return cells;
}

/** Judges estimates as the best attacker would: with the distribution of the truth known, and the better of what is supposed. */
export async function attackResult(
  attack: string,
  targets: readonly Target[],
  observe: (supposed: number) => Observe,
  expected: (target: Target) => number,
): Promise<AttackResult> {
  const prior = priorOf(targets);
  let [exact, informed] = [0, 0];
  for (const look of SUPPOSED.map(observe)) {
    let [right, known] = [0, 0];
    for (const target of targets) {
      const estimate = await look(target);
      if (estimate !== null) known += 1;
      if (likeliest(prior, estimate) === target.truth) right += 1;
    }
    [exact, informed] = [Math.max(exact, right), Math.max(informed, known)];
  }
  const constant = targets.filter(({ truth }) => truth === likeliest(prior, null)).length;
  const byMargins = targets.filter((target) => {
    const mean = expected(target);
    return likeliest(prior, { mean, variance: Math.max(mean, 0.5) }) === target.truth;
  }).length;
  return { attack, targets: targets.length, exact, guessed: Math.max(constant, byMargins), informed };
}

function priorOf(targets: readonly Target[]): number[] {
  return Array.from({ length: 8 }, (_, count) => targets.filter(({ truth }) => truth === count).length);
}

function likeliest(prior: readonly number[], estimate: Estimate | null): number {
  let best = 1;
  let most = -1;
  for (let count = 1; count <= 7; count++) {
    const fit =
      estimate === null
        ? 1
        : Math.exp(-((count - estimate.mean) ** 2) / (2 * Math.max(estimate.variance, 0.05)));
    const likelihood = (prior[count] ?? 0) * fit;
    if (likelihood > most) [best, most] = [count, likelihood];
  }
  return best;
}

/** Combines independent estimates of the same number. */
function combined(estimates: readonly Estimate[]): Estimate | null {
  if (estimates.length === 0) return null;
  const information = estimates.reduce((sum, { variance }) => sum + 1 / variance, 0);
  const mean = estimates.reduce((sum, { mean: one, variance }) => sum + one / variance, 0) / information;
  return { mean, variance: 1 / information };
}

/** Expected numbers from the published margins, as if the two dimensions had nothing to do with each other. */
export async function marginsOf(
  world: AttackedWorld,
  period: StatisticsQuestion['period'],
  pair: Pair,
): Promise<(target: Target) => number> {
  const margins = new Map<string, number>();
  for (const at of periodsBetween(period.grain, period.from, period.to, 100)) {
    const whole = { ...period, from: at, to: at };
    margins.set(at, (await world.askAnyhow({ period: whole })).get('') ?? 0);
    for (const dimension of pair)
      for (const [value, number] of await world.askAnyhow({ by: [dimension], period: whole }))
        margins.set(`${at} ${dimension} ${value}`, number ?? WITHHELD.mean);
  }
  return ({ period: at, values: [one, other] }) => {
    const total = margins.get(at) ?? 0;
    const row = margins.get(`${at} ${pair[0]} ${one}`) ?? 0;
    const column = margins.get(`${at} ${pair[1]} ${other}`) ?? 0;
    return total === 0 ? 1 : (row * column) / total;
  };
}

/** Asks for every range that ends before, at or after the target's period, and takes differences of those beside each other. */
export function overlappingRanges(
  world: AttackedWorld,
  { grain, from, to }: StatisticsQuestion['period'],
  pair: Pair,
  supposed: number,
): Observe {
  const periods = periodsBetween(grain, from, to, 100);
  return async ({ period, values }) => {
    const at = periods.indexOf(period);
    const total = async (first: number, last: number) => {
      const [start, end] = [periods[first], periods[last]];
      if (start === undefined || end === undefined || first > last) return 0;
      const table = await world.askAnyhow({ by: [...pair], period: { grain, from: start, to: end } });
      return table.get(values.join('|')) ?? null;
    };
    const estimates: Estimate[] = [];
    for (let first = 0; first <= at; first++) {
      const [wide, narrow] = [await total(first, at), await total(first, at - 1)];
      if (wide !== null && narrow !== null) estimates.push({ mean: wide - narrow, variance: 2 * supposed });
    }
    for (let last = at; last < periods.length; last++) {
      const [wide, narrow] = [await total(at, last), await total(at + 1, last)];
      if (wide !== null && narrow !== null) estimates.push({ mean: wide - narrow, variance: 2 * supposed });
    }
    return combined(estimates);
  };
}

/** Adds filters with several values, with and without the target's own, and takes the differences. */
export function unionsOfFilters(
  world: AttackedWorld,
  period: StatisticsQuestion['period'],
  pair: Pair,
  supposed: number,
): Observe {
  return async ({ period: at, values: [one, other] }) => {
    const whole = { ...period, from: at, to: at };
    const all = [...(await world.askAnyhow({ by: [pair[1]], period: whole })).keys()];
    const sum = async (wanted: readonly string[]) => {
      const where = [
        { dimension: pair[0], in: [one] },
        { dimension: pair[1], in: [...wanted] },
      ];
      return (await world.askAnyhow({ by: [], where, period: whole })).get('') ?? null;
    };
    const estimates: Estimate[] = [];
    for (const beside of all.filter((value) => value !== other)) {
      const [both, alone] = [await sum([beside, other]), await sum([beside])];
      if (both !== null && alone !== null) estimates.push({ mean: both - alone, variance: 2 * supposed });
    }
    return combined(estimates);
  };
}

/**
 * Totals less cells, each the mean of all ways to ask for it: directly, and as the sum over every other dimension that there is
 * a table with.
 */
export function totalsLessCells(
  world: AttackedWorld,
  period: StatisticsQuestion['period'],
  pair: Pair,
  { others, supposed }: { others: readonly Dimension[]; supposed: number },
): Observe {
  const tables = new Map<string, Promise<Map<string, number | null>>>();
  const table = (by: readonly Dimension[], at: string) => {
    const name = `${at} ${by.join('+')}`;
    const known =
      tables.get(name) ?? world.askAnyhow({ by: [...by], period: { ...period, from: at, to: at } });
    tables.set(name, known);
    return known;
  };

  /** All ways to ask for the cell of these dimensions with these values. */
  async function looksAt(
    at: string,
    by: readonly Dimension[],
    values: readonly string[],
  ): Promise<Estimate | null> {
    const looks: Estimate[] = [];
    const direct = (await table(by, at)).get(values.join('|'));
    if (direct !== null && direct !== undefined) looks.push({ mean: direct, variance: supposed });
    for (const beside of others.filter((dimension) => !by.includes(dimension))) {
      const parts = [...(await table([...by, beside], at))].filter(
        ([name]) => values.length === 0 || name.startsWith(`${values.join('|')}|`),
      );
      const numbers = parts.map(([, number]) => number).filter((number) => number !== 0);
      if (numbers.length === 0 || numbers.every((number) => number === null)) continue;
      looks.push({
        mean: numbers.reduce<number>((sum, number) => sum + (number ?? WITHHELD.mean), 0),
        variance: numbers.reduce<number>(
          (sum, number) => sum + (number === null ? WITHHELD.variance : supposed),
          0,
        ),
      });
    }
    return combined(looks);
  }

  async function along(at: string, [kept, left]: Pair, [value, gone]: readonly [string, string]) {
    const total = await looksAt(at, [kept], [value]);
    if (total === null) return null;
    let { mean, variance } = total;
    for (const other of (await table([left], at)).keys()) {
      if (other === gone) continue;
      const isFirst = kept === pair[0];
      const part = await looksAt(at, pair, isFirst ? [value, other] : [other, value]);
      const known = part ?? WITHHELD;
      mean -= known.mean;
      variance += known.variance;
    }
    return { mean, variance };
  }

  return async ({ period: at, values: [one, other] }) => {
    const estimates = [
      await along(at, pair, [one, other]),
      await along(at, [pair[1], pair[0]], [other, one]),
    ];
    return combined(estimates.filter((estimate) => estimate !== null));
  };
}

/**
 * Fills the target's cell with checks of the attacker's own, spread over all values of the other dimensions, and takes them off
 * again from every way to ask for it.
 */
export function padding(
  padded: AttackedWorld,
  period: StatisticsQuestion['period'],
  pair: Pair,
  { others, added, supposed }: { others: readonly Dimension[]; added: number; supposed: number },
): Observe {
  return async ({ period: at, values }) => {
    const whole = { ...period, from: at, to: at };
    const looks: Estimate[] = [];
    const direct = (await padded.askAnyhow({ by: [...pair], period: whole })).get(values.join('|'));
    if (direct != null) looks.push({ mean: direct - added, variance: supposed });
    for (const beside of others) {
      const parts = [...(await padded.askAnyhow({ by: [...pair, beside], period: whole }))]
        .filter(([name]) => name.startsWith(`${values.join('|')}|`))
        .map(([, number]) => number)
        .filter((number) => number !== 0);
      if (parts.length === 0 || parts.some((number) => number === null)) continue;
      const sum = parts.reduce<number>((all, number) => all + (number ?? 0), 0);
      looks.push({ mean: sum - added, variance: parts.length * supposed });
    }
    return combined(looks);
  };
}
