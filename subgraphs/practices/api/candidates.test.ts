import { z } from 'zod';
import { simulatedWorld } from '../../../demo/simulated-world';
import { practicesUnderTest, type PracticesUnderTest } from '../../../tests/practices-under-test';

const LEEDS = { latitude: 53.7974, longitude: -1.5531 };

const Candidate = z.object({
  odsCode: z.string(),
  distanceMiles: z.number().nullable(),
  connections: z.array(z.record(z.string(), z.string())),
  release: z.object({ status: z.string() }),
});
const Entities = z.array(
  z.object({
    candidates: z
      .object({
        withinMiles: z.number(),
        practicesInRadius: z.number(),
        own: Candidate.nullable(),
        near: z.array(Candidate),
      })
      .nullable(),
  }),
);

describe('Assessment.candidates', () => {
  let practices: PracticesUnderTest;

  beforeAll(async () => {
    practices = await practicesUnderTest();
  });
  afterAll(() => practices.close());

  const CANDIDATES = `query ($assessment: _Any!) {
    _entities(representations: [$assessment]) {
      ... on Assessment {
        candidates {
          withinMiles
          practicesInRadius
          own { odsCode distanceMiles connections { supplier route } release { status } }
          near { odsCode distanceMiles connections { route } release { status } }
        }
      }
    }
  }`;
  const candidates = async (place: unknown, registeredPracticeOdsCode: string | null) => {
    const subject = { registeredPracticeOdsCode, ageInMonths: 84 };
    const assessment = { __typename: 'Assessment', id: 'a', place, subject };
    const { data } = await practices.ask(CANDIDATES, { assessment });
    return Entities.parse(data._entities)[0]?.candidates;
  };

  it('are the own practice and others within ten miles, nearest first', async () => {
    const found = await candidates(LEEDS, 'z90001');
    expect(found).toMatchObject({
      withinMiles: 10,
      own: { odsCode: 'Z90001', release: { status: 'OPEN' } },
    });
    expect(found?.own?.connections).toEqual(simulatedWorld.connectionsOf('Z90001'));
    expect(found?.own?.distanceMiles).toBeLessThan(1);
    const miles = found!.near.map(({ distanceMiles }) => distanceMiles);
    expect(miles).toEqual(miles.toSorted((a, b) => Number(a) - Number(b)));
    expect(miles.at(-1)).toBeLessThanOrEqual(10);
    expect(found!.near.map(({ odsCode }) => odsCode)).not.toContain('Z90001');
    expect(found!.practicesInRadius).toBe(found!.near.length);
  });

  it('have the own practice also when it is further away, or when no place is known', async () => {
    const farAway = await candidates({ latitude: 51.5, longitude: -0.12 }, 'Z90001');
    expect(farAway).toMatchObject({ own: { odsCode: 'Z90001' }, near: [], practicesInRadius: 0 });
    expect(farAway?.own?.distanceMiles).toBeGreaterThan(100);
    await expect(candidates(null, 'Z90001')).resolves.toMatchObject({
      own: { odsCode: 'Z90001', distanceMiles: null },
      near: [],
    });
  });

  it('have no own practice where none is known, and are null where no place is known either', async () => {
    await expect(candidates(LEEDS, null)).resolves.toMatchObject({ own: null });
    await expect(candidates(LEEDS, 'Z99999')).resolves.toMatchObject({ own: null });
    await expect(candidates(null, null)).resolves.toBeNull();
    await expect(candidates(null, 'Z99999')).resolves.toBeNull();
  });

  it('carry the rules that hold now', async () => {
    const rules = JSON.stringify({ ...simulatedWorld.defaultPolicyOf('Z90001'), status: 'CLOSED' });
    await practices.db
      .insertInto('release_policy')
      .values({ ods_code: 'Z90001', version: 2, rules, updated_at: Date.now() })
      .execute();
    await expect(candidates(LEEDS, 'Z90001')).resolves.toMatchObject({
      own: { release: { status: 'CLOSED' } },
    });
    await practices.db.deleteFrom('release_policy').execute();
    await expect(candidates(LEEDS, 'Z90001')).resolves.toMatchObject({
      own: { release: { status: 'OPEN' } },
    });
  });
});
