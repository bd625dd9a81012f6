/** Choices that are the same for the same seed and names. */
export interface SeededRandom {
  /** 0 up to, not including, 1. */
  fraction(): number;
  /** 0 up to, not including, `end`. */
  below(end: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly [T, ...T[]]): T;
  shuffled<T>(items: readonly T[]): T[];
}

/** Mulberry32, and names mixed into its seed by FNV-1a, so that each part of a run has choices of its own. */
export function seededRandom(seed: number, ...names: readonly (string | number)[]): SeededRandom {
  let state = mixed(seed, names.join('/'));

  function fraction(): number {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  }
  const below = (end: number) => Math.floor(fraction() * end);

  return {
    fraction,
    below,
    chance: (probability) => fraction() < probability,
    pick: ([first, ...rest]) => [first, ...rest][below(rest.length + 1)] ?? first,
    shuffled(items) {
      return items
        .map((item) => ({ item, place: fraction() }))
        .sort((a, b) => a.place - b.place)
        .map(({ item }) => item);
    },
  };
}

function mixed(seed: number, name: string): number {
  let hash = (2_166_136_261 ^ seed) | 0;
  for (const letter of name) hash = Math.imul(hash ^ letter.charCodeAt(0), 16_777_619);
  return hash;
}
