import { z } from 'zod';
import { practicesUnderTest, type PracticesUnderTest } from '../../../tests/practices-under-test';

const LEEDS = { latitude: 53.7974, longitude: -1.5531 };

const Page = z.object({
  totalCount: z.number(),
  precision: z.string(),
  pageInfo: z.object({
    hasNextPage: z.boolean(),
    hasPreviousPage: z.boolean(),
    startCursor: z.string().nullable(),
    endCursor: z.string().nullable(),
  }),
  edges: z.array(
    z.object({
      cursor: z.string(),
      distanceMiles: z.number(),
      node: z.object({ odsCode: z.string(), release: z.object({ status: z.string() }) }),
    }),
  ),
});

describe('practicesNear', () => {
  let practices: PracticesUnderTest;

  beforeAll(async () => {
    practices = await practicesUnderTest();
  });
  afterAll(() => practices.close());

  const NEAR = `query ($near: PlaceInput!, $withinMiles: Float = 10, $first: Int = 20, $after: String) {
    practicesNear(near: $near, withinMiles: $withinMiles, first: $first, after: $after) {
      __typename
      ... on PracticeNearConnection {
        totalCount
        precision
        place
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        edges { cursor distanceMiles node { odsCode release { status } } }
      }
      ... on InvalidInput { code fields { path code } }
      ... on PostcodeNotFound { code message outwardCodeKnown }
    }
  }`;
  const near = async (variables: object) => (await practices.ask(NEAR, variables)).data.practicesNear;
  const page = async (variables: object) => Page.parse(await near(variables));

  it('answers nearest first, and how exactly the place is known', async () => {
    const unit = await page({ near: { postcode: 'wy11aa' }, first: 100 });
    expect(unit.precision).toBe('UNIT_POSTCODE');
    const miles = unit.edges.map(({ distanceMiles }) => distanceMiles);
    expect(unit.edges[0]).toMatchObject({ distanceMiles: 0, node: { odsCode: 'Z90001' } });
    expect(miles).toEqual(miles.toSorted((a, b) => a - b));
    expect(miles.at(-1)).toBeLessThanOrEqual(10);
    expect(miles).toHaveLength(unit.totalCount);
    await expect(near({ near: { postcode: 'WY1' } })).resolves.toMatchObject({ precision: 'OUTWARD_CODE' });
    await expect(near({ near: { coordinates: LEEDS } })).resolves.toMatchObject({
      precision: 'COORDINATES',
    });
  });

  it.each([
    ['wy1', 'WY1'],
    ['WY1 4', 'WY1'],
    ['wy14', 'WY14'],
    ['wy14 9', 'WY14'],
    ['WY149', 'WY14'],
    ['wy1\u200b1aa.', 'WY1 1AA'],
  ])('says which place it takes %j for', async (postcode, place) => {
    await expect(near({ near: { postcode } })).resolves.toMatchObject({ place });
  });

  it('has no name for coordinates', async () => {
    await expect(near({ near: { coordinates: LEEDS } })).resolves.toMatchObject({ place: null });
  });

  it('pages through all of them without repeating or losing one', async () => {
    const all = await page({ near: { coordinates: LEEDS }, first: 100 });
    const seen: unknown[] = [];
    let after: string | null = null;
    for (let more = true; more;) {
      const next = await page({ near: { coordinates: LEEDS }, first: 7, after });
      expect(next.pageInfo.hasPreviousPage).toBe(after !== null);
      expect(next.pageInfo.startCursor).toBe(next.edges[0]?.cursor);
      seen.push(...next.edges);
      after = next.pageInfo.endCursor;
      more = next.pageInfo.hasNextPage;
    }
    expect(seen).toEqual(all.edges);
  });

  it('answers with an empty page where there is nothing', async () => {
    const nowhere = { latitude: 48.85, longitude: 2.35 };
    await expect(near({ near: { coordinates: nowhere } })).resolves.toMatchObject({
      totalCount: 0,
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  it('says that it does not know a postcode', async () => {
    await expect(near({ near: { postcode: 'QQ1 1AA' } })).resolves.toMatchObject({
      __typename: 'InvalidInput',
    });
    for (const postcode of ['WY99 1AA', 'GIR 0AA', 'BFPO 1'])
      await expect(near({ near: { postcode } })).resolves.toMatchObject({
        __typename: 'PostcodeNotFound',
        code: 'POSTCODE_NOT_FOUND',
        outwardCodeKnown: false,
      });
  });

  it.each([
    ['neither place', { near: {} }, { near: 'POSTCODE_REQUIRED' }],
    ['both places', { near: { postcode: 'WY1', coordinates: LEEDS } }, { near: 'EXACTLY_ONE' }],
    ['no postcode', { near: { postcode: 'hello' } }, { 'near.postcode': 'NOT_A_POSTCODE' }],
    ['an empty postcode', { near: { postcode: ' ' } }, { 'near.postcode': 'POSTCODE_REQUIRED' }],
    [
      'no latitude',
      { near: { coordinates: { latitude: 91, longitude: 0 } } },
      { 'near.coordinates': 'NOT_COORDINATES' },
    ],
    ['too far', { near: { postcode: 'WY1' }, withinMiles: 50.0001 }, { withinMiles: 'OUT_OF_RANGE' }],
    ['less than nothing', { near: { postcode: 'WY1' }, withinMiles: -1 }, { withinMiles: 'OUT_OF_RANGE' }],
    ['too many', { near: { postcode: 'WY1' }, first: 101 }, { first: 'OUT_OF_RANGE' }],
    ['none', { near: { postcode: 'WY1' }, first: 0 }, { first: 'OUT_OF_RANGE' }],
    ['a cursor of nobody', { near: { postcode: 'WY1' }, after: 'b29wcw' }, { after: 'NOT_A_CURSOR' }],
    [
      'all at once',
      { near: {}, withinMiles: 1e9, first: -1, after: 'x' },
      {
        near: 'POSTCODE_REQUIRED',
        withinMiles: 'OUT_OF_RANGE',
        first: 'OUT_OF_RANGE',
        after: 'NOT_A_CURSOR',
      },
    ],
  ])('refuses %s and says where, and what', async (_, variables, faults) => {
    await expect(near(variables)).resolves.toEqual({
      __typename: 'InvalidInput',
      code: 'INVALID_INPUT',
      fields: Object.entries(faults).map(([path, code]) => ({ path, code })),
    });
  });
});
