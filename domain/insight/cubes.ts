import { z } from 'zod';
import { cuboidName, cuboidsOf } from './cuboids';
import type { BaseDimension } from './dimensions';
import type { Grain } from './periods';
import { TOPIC_FACTS, type Topic } from './topics';

/** Cell keys are added modulo this. */
export const KEYS = 256;

/**
 * A cube as it is stored: `cells` is one row after another, each with the places of its values, then count and sum of
 * cell keys for each count of the topic.
 */
export const StoredCube = z.object({ values: z.array(z.array(z.string())), cells: z.array(z.int()) });
export type StoredCube = z.infer<typeof StoredCube>;

/** Cubes of closed periods, wherever they are kept. */
export interface CubeReader {
  /** Cubes by period; a period without facts has none. */
  read(
    topic: Topic,
    grain: Grain,
    periods: readonly string[],
    cuboid: string,
  ): Promise<Map<string, StoredCube>>;
  /** The last day whose facts are all in; null before the first. */
  state(): Promise<CubeState | null>;
  /** Rolls up what has closed; how many days that were. */
  rollUp(): Promise<number>;
}

export interface CubeState {
  lastDay: string;
  rolledUpAt: Date;
}

/** A fact as cubes take it: a value for each of its topic's dimensions, and which counts it is in. */
export interface CountedFact {
  values: Readonly<Partial<Record<BaseDimension, string>>>;
  key: number;
  /** In the order of the topic's counts. */
  counts: readonly boolean[];
}

interface Tally {
  dimensions: readonly BaseDimension[];
  cells: Map<number, number[]>;
}

/** More values of a dimension than this are not told apart: places are packed into one number. */
const MAX_VALUES = 16_384;

export interface CubeTally {
  add(fact: CountedFact): void;
  /** Adds what is stored already. */
  merge(cuboid: string, stored: StoredCube): void;
  cubes(): { cuboid: string; cube: StoredCube }[];
}

/** Counts facts into every cube of one topic and grain. Nothing here grows with people. */
export function cubeTally(topic: Topic, grain: Grain): CubeTally {
  const { counts, dimensions: all } = TOPIC_FACTS[topic];
  const tallies = new Map<string, Tally>(
    cuboidsOf(topic, grain).map((dimensions) => [cuboidName(dimensions), { dimensions, cells: new Map() }]),
  );
  const places = new Map(all.map((dimension) => [dimension, new Map<string, number>()]));

  function placeOf(dimension: BaseDimension, value: string): number {
    const known = places.get(dimension);
    const place = known?.get(value);
    if (known === undefined) throw new Error(`${topic} has no ${dimension}.`);
    if (place !== undefined) return place;
    if (known.size >= MAX_VALUES) throw new Error(`${dimension} has too many values.`);
    known.set(value, known.size);
    return known.size - 1;
  }

  function cellOf({ cells }: Tally, packed: number): number[] {
    let cell = cells.get(packed);
    if (cell === undefined) cells.set(packed, (cell = new Array<number>(counts.length * 2).fill(0)));
    return cell;
  }

  return {
    add({ values, key, counts: isIn }) {
      const at = new Map(all.map((dimension) => [dimension, placeOf(dimension, values[dimension] ?? '')]));
      for (const tally of tallies.values()) {
        const packed = pack(tally.dimensions.map((dimension) => at.get(dimension) ?? 0));
        const cell = cellOf(tally, packed);
        isIn.forEach((counted, which) => {
          if (counted) addTo(cell, which, 1, key);
        });
      }
    },

    merge(cuboid, stored) {
      const tally = tallies.get(cuboid);
      // One that is not made any more stays as it is.
      if (tally === undefined) return;
      for (const { values, numbers } of cellsOf(stored, tally.dimensions.length, counts.length)) {
        const packed = pack(
          tally.dimensions.map((dimension, place) => placeOf(dimension, values[place] ?? '')),
        );
        const cell = cellOf(tally, packed);
        counts.forEach((_, which) => {
          addTo(cell, which, numbers[which * 2] ?? 0, numbers[which * 2 + 1] ?? 0);
        });
      }
    },

    cubes: () =>
      [...tallies]
        .filter(([, { cells }]) => cells.size > 0)
        .map(([cuboid, { dimensions, cells }]) => ({
          cuboid,
          cube: {
            values: dimensions.map((dimension) => [...(places.get(dimension)?.keys() ?? [])]),
            cells: [...cells].flatMap(([packed, cell]) => [...unpack(packed, dimensions.length), ...cell]),
          },
        })),
  };
}

function addTo(cell: number[], which: number, count: number, key: number): void {
  cell[which * 2] = (cell[which * 2] ?? 0) + count;
  cell[which * 2 + 1] = ((cell[which * 2 + 1] ?? 0) + key) % KEYS;
}

function pack(places: readonly number[]): number {
  return places.reduce((packed, place) => packed * MAX_VALUES + place, 0);
}

function unpack(packed: number, places: number): number[] {
  const all: number[] = [];
  for (let rest = packed; all.length < places; rest = Math.floor(rest / MAX_VALUES))
    all.unshift(rest % MAX_VALUES);
  return all;
}

/** The cells of a stored cube. */
export function* cellsOf(
  { values, cells }: StoredCube,
  dimensions: number,
  counts: number,
): Generator<{ values: string[]; numbers: number[] }> {
  const width = dimensions + counts * 2;
  for (let start = 0; start + width <= cells.length; start += width)
    yield {
      values: values.map((known, at) => known[cells[start + at] ?? 0] ?? ''),
      numbers: cells.slice(start + dimensions, start + width),
    };
}
