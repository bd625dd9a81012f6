import fc from 'fast-check';
import { withSeed } from '../../../tests/with-seed';
import type { DirectoryPractice } from './directory-practice';
import { greatCircleMiles, type Point } from './great-circle';
import { byDistanceThenCode, practicesNear } from './nearest';

const LEEDS: Point = { latitude: 53.7974, longitude: -1.5531 };

describe('greatCircleMiles', () => {
  it('is 69.0936 miles along a degree of a meridian', () => {
    const north = { ...LEEDS, latitude: LEEDS.latitude + 1 };
    expect(greatCircleMiles(LEEDS, north)).toBeCloseTo((Math.PI / 180) * (6_371_008.8 / 1_609.344), 9);
  });

  it('is nothing from a place to itself, and half the Earth to the other side', () => {
    expect(greatCircleMiles(LEEDS, LEEDS)).toBe(0);
    const antipode = { latitude: -LEEDS.latitude, longitude: LEEDS.longitude + 180 };
    expect(greatCircleMiles(LEEDS, antipode)).toBeCloseTo((Math.PI * 6_371_008.8) / 1_609.344, 3);
  });
});

describe('practicesNear', () => {
  const point = fc.record({
    latitude: fc.double({ min: 53, max: 54.5, noNaN: true }),
    longitude: fc.double({ min: -2.5, max: -0.5, noNaN: true }),
  });
  const directory = fc.array(point, { maxLength: 300 }).map((points) => points.map(practiceAt));

  it('answers as measuring every practice does', () =>
    holds(
      fc.property(directory, point, fc.double({ min: 0, max: 50, noNaN: true }), (practices, from, miles) => {
        expect(practicesNear(practices).within(from, miles)).toEqual(bruteForce(practices, from, miles));
      }),
    ));

  it('answers the nearest as measuring every practice does, also where many share a building', async () => {
    const crowded = fc
      .tuple(directory, point, fc.integer({ min: 0, max: 40 }))
      .map(([others, at, count]) => [
        ...others,
        ...Array.from({ length: count }, (_, index) => practiceAt(at, others.length + index)),
      ]);
    await holds(
      fc.property(crowded, point, fc.integer({ min: 1, max: 40 }), (practices, from, count) => {
        const expected = bruteForce(practices, from, Infinity).slice(0, count);
        expect(practicesNear(practices).nearest(from, count)).toEqual(expected);
        const from2 = practices.at(-1)?.location ?? from;
        expect(practicesNear(practices).nearest(from2, count)).toEqual(
          bruteForce(practices, from2, Infinity).slice(0, count),
        );
      }),
    );
  });

  it('keeps a practice that is exactly as far away as the edge', () =>
    holds(
      fc.property(directory, point, point, (others, from, at) => {
        const practices = [...others, practiceAt(at, others.length)];
        const edge = greatCircleMiles(from, at);
        expect(practicesNear(practices).within(from, edge)).toEqual(bruteForce(practices, from, edge));
        expect(practicesNear(practices).within(from, edge)).toContainEqual({
          practice: practices.at(-1),
          distanceMiles: edge,
        });
      }),
    ));

  it('orders practices in one building by code', () => {
    const practices = ['C', 'A', 'B'].map((odsCode) => ({ ...practiceAt(LEEDS, 0), odsCode }));
    expect(
      practicesNear(practices)
        .within(LEEDS, 0)
        .map(({ practice }) => practice.odsCode),
    ).toEqual(['A', 'B', 'C']);
  });

  it('leaves out practices that are not placed', () => {
    const nowhere = { ...practiceAt(LEEDS, 0), location: null };
    expect(practicesNear([nowhere]).within(LEEDS, 50)).toEqual([]);
    expect(practicesNear([nowhere]).nearest(LEEDS, 5)).toEqual([]);
  });
});

function holds<Values>(property: fc.IProperty<Values>): Promise<void> {
  return withSeed(10, (_, seed) => {
    fc.assert(property, { seed, numRuns: 200 });
  });
}

function practiceAt(point: Point, index: number): DirectoryPractice {
  return {
    odsCode: `Z${String(index).padStart(5, '0')}`,
    name: 'A practice',
    addressLines: [],
    postcode: 'WY1 1AA',
    phone: null,
    location: { ...point, placedBy: 'UNIT_POSTCODE' },
  };
}

function bruteForce(practices: DirectoryPractice[], from: Point, miles: number) {
  return practices
    .map((practice) => ({ practice, distanceMiles: greatCircleMiles(from, practice.location!) }))
    .filter(({ distanceMiles }) => distanceMiles <= miles)
    .sort(byDistanceThenCode);
}
