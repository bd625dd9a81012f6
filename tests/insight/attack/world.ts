import { cubeTally, type CountedFact, type CubeReader, type StoredCube } from '../../../domain/insight/cubes';
import { hourValue, WEEKDAYS, type BaseDimension, type Vocabulary } from '../../../domain/insight/dimensions';
import { GRAINS, nextDay, periodOf, weekdayOf, type Grain } from '../../../domain/insight/periods';
import { answerOf, type StatisticsRows } from '../../../domain/insight/statistics-answer';
import { planQuestion, type StatisticsQuestion } from '../../../domain/insight/statistics-question';
import { seededRandom, type SeededRandom } from '../../../domain/seeded-random';
import { tablePublisher } from '../../../subgraphs/appointments/insight/published-tables';

/** Symptom checks of some months, and the published numbers of them: what an attacker can ask, and what is true. */
export interface AttackedWorld {
  facts: readonly DatedFact[];
  /** Asks as an analyst does. @returns numbers by `label|label`, null where withheld; null where the question is refused */
  ask(question: Partial<StatisticsQuestion>): Promise<Map<string, number | null> | null>;
  /** The same where the answer would be `TooFine`: whoever asks for large rows beside has the small ones as well. */
  askAnyhow(question: Partial<StatisticsQuestion>): Promise<Map<string, number | null>>;
}

export interface DatedFact extends CountedFact {
  day: string;
}

export interface WorldSize {
  seed: number;
  months: readonly string[];
  perDay: number;
}

const PATHWAYS = [
  'cough',
  'sore-throat',
  'earache',
  'child-rash',
  'headache',
  'back-pain',
  'fever',
  'uti',
] as const;
const DISPOSITIONS = ['gp-6h', 'gp-24h', 'self-care', 'pharmacy', 'own-gp', 'ambulance'] as const;
const AGES = ['0 to 4', '5 to 15', '16 to 39', '40 to 64', '65 and over'] as const;
const QUINTILES = [
  'Quintile 1 most deprived',
  'Quintile 2',
  'Quintile 3',
  'Quintile 4',
  'Quintile 5 least deprived',
] as const;
const BOARDS = ['QWO', 'QOQ', 'QF7'] as const;

/** The first of a list most often, each next one about half as often. */
function skewed<T>(random: SeededRandom, values: readonly [T, ...T[]]): T {
  let at = 0;
  while (at < values.length - 1 && random.chance(0.45)) at += 1;
  return values[at] ?? values[0];
}

export function worldFacts({ seed, months, perDay }: WorldSize): DatedFact[] {
  const random = seededRandom(seed, 'attacked world');
  return months.flatMap((month) => {
    const facts: DatedFact[] = [];
    for (let day = `${month}-01`; day.startsWith(month); day = nextDay(day))
      for (let number = Math.round(perDay * (0.8 + random.fraction() * 0.4)); number > 0; number--)
        facts.push(factOf(day, random));
    return facts;
  });
}

function factOf(day: string, random: SeededRandom): DatedFact {
  const values: Partial<Record<BaseDimension, string>> = {
    HOUR: hourValue(8 + random.below(12)),
    WEEKDAY: WEEKDAYS[weekdayOf(day)] ?? '',
    PATHWAY: skewed(random, PATHWAYS),
    AGE_BAND: skewed(random, AGES),
    SEX: random.chance(0.85) ? 'Female' : 'Male',
    DEPRIVATION: random.pick(QUINTILES),
    DISPOSITION: skewed(random, DISPOSITIONS),
    ICB: skewed(random, BOARDS),
    PRACTICE: 'Not known',
    PCN: 'Not known',
    SUB_ICB: 'Not known',
    OUTWARD_CODE: 'Not known',
  };
  return { day, values, key: random.below(256), counts: [true, true, false, false] };
}

const WORDS: Vocabulary = {
  careLevelOf: (disposition) => disposition,
  regionOf: () => 'Y63',
  placeOf: () => 'Not known',
  placeWithin: () => 'Not known',
  titleOf: (_dimension, value) => value,
};

/** The world as it is published, by the functions that publish for analysts. */
export function attackedWorld(facts: readonly DatedFact[]): AttackedWorld {
  const readers = { triage: readerOf(facts), appointments: readerOf([]) };
  const publish = tablePublisher(readers);

  async function answer(changes: Partial<StatisticsQuestion>, isBoundToShow: boolean) {
    const question: StatisticsQuestion = {
      measures: ['CHECKS_STARTED'],
      by: [],
      period: { grain: 'MONTH', from: '2026-01', to: '2026-01' },
      where: [],
      fill: true,
      ...changes,
    };
    const planned = planQuestion(question, '2999-12-31');
    if (planned.kind !== 'plan') return null;
    const mostWithheld = isBoundToShow ? 1 : undefined;
    const answered = answerOf(planned.plan, await publish(planned.plan, WORDS), WORDS, mostWithheld);
    return answered.kind === 'rows' ? numbersOf(answered.answer) : null;
  }

  return {
    facts,
    ask: (question) => answer(question, false),
    askAnyhow: async (question) => (await answer(question, true)) ?? new Map(),
  };
}

function numbersOf({ columns, rows }: StatisticsRows): Map<string, number | null> {
  const labels = columns.flatMap(({ kind, name }, at) =>
    kind === 'DIMENSION' && !name.endsWith('Title') ? [at] : [],
  );
  return new Map(
    rows.map((row) => {
      const number = row.at(-1);
      return [labels.map((at) => row[at]).join('|'), number === '*' ? null : Number(number)];
    }),
  );
}

function readerOf(facts: readonly DatedFact[]): CubeReader {
  const tallies = new Map<string, ReturnType<typeof cubeTally>>();
  for (const { day, ...fact } of facts)
    for (const grain of GRAINS) {
      const name = nameOf(grain, periodOf(grain, day));
      const tally = tallies.get(name) ?? cubeTally('check', grain);
      tallies.set(name, tally);
      tally.add(fact);
    }
  const cubes = new Map<string, StoredCube>();
  for (const [name, tally] of tallies)
    for (const { cuboid, cube } of tally.cubes()) cubes.set(`${name} ${cuboid}`, cube);
  return {
    read: (_topic, grain, periods, cuboid) =>
      Promise.resolve(
        new Map(
          periods.flatMap((period) => {
            const cube = cubes.get(`${nameOf(grain, period)} ${cuboid}`);
            return cube === undefined ? [] : [[period, cube]];
          }),
        ),
      ),
    state: () => Promise.resolve({ lastDay: '2999-12-31', rolledUpAt: new Date(0) }),
    rollUp: () => Promise.resolve(0),
  };
}

function nameOf(grain: Grain, period: string): string {
  return `${grain} ${period}`;
}
