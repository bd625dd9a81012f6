import fc from 'fast-check';
import { KEYS } from './cubes';
import {
  cellName,
  NOISE,
  perturbed,
  publishedNumber,
  publishTable,
  sumOfPublished,
  type TableCell,
} from './disclosure';

const Key = fc.integer({ min: 0, max: KEYS - 1 });
const Cell = fc.record({
  values: fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('x', 'y', 'z')),
  count: fc.integer({ min: 1, max: 60 }),
  key: Key,
});
const Table = fc.uniqueArray(Cell, { selector: ({ values }) => cellName(values), maxLength: 9 });

describe('the noise by cell key', () => {
  it('has no bias, and is -4 to 4', () => {
    expect(NOISE).toHaveLength(KEYS);
    expect(NOISE.reduce((sum, noise) => sum + noise, 0)).toBe(0);
    expect([...new Set(NOISE)].sort((a, b) => a - b)).toEqual([-4, -3, -2, -1, 0, 1, 2, 3, 4]);
  });

  it('hides whether one more fact is there: every noise is possible after it, whatever it was before', () => {
    fc.assert(
      fc.property(Key, (key) => {
        const after = new Set(Array.from({ length: KEYS }, (_, added) => perturbed(9, key + added) - 9));
        expect(after.size).toBe(9);
      }),
    );
  });

  it('leaves nobody as nobody', () => {
    fc.assert(fc.property(Key, (key) => expect(perturbed(0, key)).toBe(0)));
  });
});

describe('a published number', () => {
  it('is 0, withheld, or a multiple of 5 from 10 on, near the truth', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000 }), Key, (count, key) => {
        const shown = publishedNumber(perturbed(count, key));
        if (shown === null) expect(count).toBeGreaterThan(0);
        else {
          expect(shown % 5).toBe(0);
          expect(shown).not.toBe(5);
          expect(Math.abs(shown - count)).toBeLessThanOrEqual(6);
        }
        if (shown === null) expect(count).toBeLessThanOrEqual(11);
      }),
    );
  });

  it('withholds 1 to 7 after the noise', () => {
    const shown = Array.from({ length: 13 }, (_, changed) => publishedNumber(changed));
    expect(shown).toEqual([0, null, null, null, null, null, null, null, 10, 10, 10, 10, 10]);
    expect(publishedNumber(-2)).toBe(0);
  });
});

describe('a published table', () => {
  it('is the same for the same facts, in whatever order they come', () => {
    fc.assert(
      fc.property(Table, (cells) => {
        expect(new Map([...publishTable([...cells].reverse())].sort())).toEqual(
          new Map([...publishTable(cells)].sort()),
        );
      }),
    );
  });

  it('leaves no row or column with one number withheld beside others', () => {
    fc.assert(
      fc.property(Table, (cells) => {
        const table = publishTable(cells);
        for (const along of [0, 1])
          for (const value of new Set(cells.map(({ values }) => values[along])))
            expect(lonely(cells, table, along, value)).toBe(false);
      }),
    );
  });

  it('never shows more than the rule for each number by itself would', () => {
    fc.assert(
      fc.property(Table, (cells) => {
        const table = publishTable(cells);
        for (const { values, count, key } of cells) {
          const shown = table.get(cellName(values));
          if (shown !== null) expect(shown).toBe(publishedNumber(perturbed(count, key)));
        }
      }),
    );
  });
});

function lonely(
  cells: readonly TableCell[],
  table: ReturnType<typeof publishTable>,
  along: number,
  value: string | undefined,
): boolean {
  const line = cells
    .filter(({ values }) => values[along] === value)
    .map(({ values }) => table.get(cellName(values)));
  const withheld = line.filter((shown) => shown === null).length;
  return withheld === 1 && line.some((shown) => typeof shown === 'number' && shown > 0);
}

describe('a sum of published numbers', () => {
  it('is withheld where one of them is', () => {
    expect(sumOfPublished([10, 15, 0])).toBe(25);
    expect(sumOfPublished([10, null, 0])).toBeNull();
    expect(sumOfPublished([])).toBe(0);
  });
});
