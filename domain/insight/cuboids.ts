import { baseOf, GEOGRAPHIES, type BaseDimension, type Dimension } from './dimensions';
import type { Grain } from './periods';
import { TOPIC_FACTS, type Topic } from './topics';

/**
 * The dimensions that may be asked together. Every further table is one more way to ask for the same sum, and fine ones are
 * withheld whole: a period has so much room, and a dimension takes some of it.
 */
export const ROOM: Readonly<Record<Grain, number>> = { DAY: 2, WEEK: 2, MONTH: 3 };

/** Values that a national year has, about; to choose the smallest of several cubes. */
const SIZES: Readonly<Record<BaseDimension, number>> = {
  HOUR: 24,
  WEEKDAY: 7,
  PATHWAY: 15,
  DISPOSITION: 20,
  AGE_BAND: 5,
  SEX: 2,
  DEPRIVATION: 6,
  OWN_PRACTICE_ANSWER: 11,
  ELSEWHERE_REASON: 12,
  NOT_OFFERED_REASON: 15,
  DISTANCE: 5,
  LEAD_STEP: 30,
  MODE: 3,
  SUPPLIER: 5,
  SUPPLIER_OUTCOME: 8,
  CANCEL_REASON: 6,
  PRACTICE: 6_300,
  PCN: 1_250,
  SUB_ICB: 106,
  ICB: 42,
  OUTWARD_CODE: 2_300,
};

const FINE: readonly BaseDimension[] = ['PRACTICE', 'PCN', 'SUB_ICB', 'OUTWARD_CODE'];

function isGeography(dimension: BaseDimension): boolean {
  return GEOGRAPHIES.some((one) => one === dimension);
}

function roomTaken(dimensions: readonly BaseDimension[]): number {
  return dimensions.reduce((sum, dimension) => sum + (FINE.includes(dimension) ? 2 : 1), 0);
}

/** Tells if there is a table of these dimensions for a period of the grain. */
export function hasRoom(grain: Grain, dimensions: readonly BaseDimension[]): boolean {
  if (grain === 'DAY' && dimensions.some((one) => isGeography(one) || one === 'WEEKDAY')) return false;
  return dimensions.filter(isGeography).length <= 1 && roomTaken(dimensions) <= ROOM[grain];
}

/** Different dimensions of which cubes are made, in the one order in which cubes have them. */
export function basesOf(dimensions: readonly Exclude<Dimension, 'PERIOD'>[]): BaseDimension[] {
  return [...new Set(dimensions.map(baseOf))].sort(inOrder);
}

function inOrder(one: BaseDimension, other: BaseDimension): number {
  return ORDER.indexOf(one) - ORDER.indexOf(other);
}

const ORDER = Object.keys(SIZES);

/** The dimensions of each cube of a topic: sets to which nothing can be added. All others are sums over one of these. */
export function cuboidsOf(topic: Topic, grain: Grain): readonly (readonly BaseDimension[])[] {
  const name = `${topic} ${grain}`;
  const known = CUBOIDS.get(name) ?? fullSets(topic, grain);
  CUBOIDS.set(name, known);
  return known;
}

const CUBOIDS = new Map<string, readonly (readonly BaseDimension[])[]>();

function fullSets(topic: Topic, grain: Grain): BaseDimension[][] {
  const all = [...TOPIC_FACTS[topic].dimensions].sort(inOrder);
  const sets: BaseDimension[][] = [];
  const extend = (set: readonly BaseDimension[], from: number): void => {
    if (!all.some((one) => !set.includes(one) && hasRoom(grain, [...set, one]))) sets.push([...set]);
    for (let at = from; at < all.length; at++) {
      const next = all[at];
      if (next !== undefined && hasRoom(grain, [...set, next])) extend([...set, next], at + 1);
    }
  };
  extend([], 0);
  return sets;
}

export function cuboidName(dimensions: readonly BaseDimension[]): string {
  return dimensions.join('+');
}

function sizeOf(dimensions: readonly BaseDimension[]): number {
  return dimensions.reduce((size, dimension) => size * SIZES[dimension], 1);
}

/** The smallest cube that has all of these dimensions; null where there is none. */
export function cuboidWith(
  topic: Topic,
  grain: Grain,
  dimensions: readonly BaseDimension[],
): readonly BaseDimension[] | null {
  const wide = cuboidsOf(topic, grain).filter((set) => dimensions.every((one) => set.includes(one)));
  return wide.reduce<readonly BaseDimension[] | null>(
    (least, set) => (least === null || sizeOf(set) < sizeOf(least) ? set : least),
    null,
  );
}
