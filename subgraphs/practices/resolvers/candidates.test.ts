import { z } from 'zod';
import { OdsCode } from '../../../domain/ods-code';
import { simulatedWorld } from '../../../demo/simulated-world';
import { practicesUnderTest, type PracticesUnderTest } from '../../../tests/practices-under-test';

const OUTCOME = { disposition: { id: 'gp-6h', modes: ['IN_PERSON', 'TELEPHONE'] } };
const LEEDS = { latitude: 53.7974, longitude: -1.5531 };

const Candidate = z.object({
  odsCode: z.string(),
  distanceMiles: z.number().nullable(),
  connections: z.array(z.record(z.string(), z.string())),
  release: z.object({ status: z.string() }),
  accessNeedsMet: z.array(z.string()).optional(),
  accessNeedsNotMet: z.array(z.string()).optional(),
});
const Entities = z.array(
  z.object({
    candidates: z
      .object({
        withinMiles: z.number(),
        practicesInRadius: z.number(),
        own: Candidate.nullable(),
        near: z.array(Candidate),
        stopped: z.array(z.object({ reason: z.string(), practices: z.number() })),
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
          own { odsCode distanceMiles connections { supplier route } release { status } accessNeedsMet accessNeedsNotMet }
          near { odsCode distanceMiles connections { route } release { status } }
          stopped { reason practices }
        }
      }
    }
  }`;
  const candidates = async (
    place: unknown,
    registeredPracticeOdsCode: string | null,
    outcome: typeof OUTCOME | null = OUTCOME,
  ) => {
    const subject = { registeredPracticeOdsCode, ageInMonths: 84 };
    const assessment = { __typename: 'Assessment', id: 'a', place, subject, outcome };
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
    const note = {
      actor: { kind: 'practice-staff', id: 'staff', role: 'R8008', practice: 'Z90001' },
      requestId: 'test',
      reason: null,
    } as const;
    const practice = OdsCode.parse('Z90001');
    await practices.releases.change(practice, { kind: 'CLOSE', to: 'EVERYBODY' }, note);
    await expect(candidates(LEEDS, 'Z90001')).resolves.toMatchObject({
      own: { release: { status: 'CLOSED' } },
    });
    await practices.releases.change(practice, { kind: 'REOPEN' }, note);
    await expect(candidates(LEEDS, 'Z90001')).resolves.toMatchObject({
      own: { release: { status: 'OPEN' } },
    });
  });

  it('are only those that could offer something; the others are counted by reason', async () => {
    const found = (await candidates(LEEDS, null))!;
    const cannotOffer = found.near.filter(
      ({ release, connections }) =>
        release.status !== 'OPEN' || !connections.some(({ route }) => route === 'NETWORK'),
    );
    expect(cannotOffer).toEqual([]);
    const stopped = found.stopped.reduce((sum, { practices: count }) => sum + count, 0);
    expect(stopped).toBeGreaterThan(0);
    expect(found.near.length + stopped).toBe(found.practicesInRadius);
    const reasons = found.stopped.map(({ reason }) => reason);
    expect(reasons).toEqual(expect.arrayContaining(['BOOK_CLOSED', 'NOT_OPTED_IN', 'RELEASE_RULE']));
  });

  it('carry what is known of access, as Practice shows it: null where nothing is', async () => {
    const own = async (odsCode: string) => (await candidates(LEEDS, odsCode))?.own;
    const shown = async (odsCode: string) =>
      (
        await practices.ask(
          'query ($code: String!) { practice(odsCode: $code) { accessNeedsMet accessNeedsNotMet } }',
          { code: odsCode },
        )
      ).data.practice;
    const known = {
      accessNeedsMet: ['STEP_FREE_ACCESS', 'LANGUAGE_INTERPRETER'],
      accessNeedsNotMet: ['HEARING_LOOP', 'BSL_INTERPRETER'],
    };
    expect(await own('Z90002')).toMatchObject(known);
    expect(await shown('Z90002')).toEqual(known);
    expect(await own('Z90004')).toMatchObject({ accessNeedsMet: [], accessNeedsNotMet: [] });
    expect(await shown('Z90004')).toEqual({ accessNeedsMet: null, accessNeedsNotMet: null });
  });

  it('are not looked for before there is an outcome', async () => {
    await expect(candidates(LEEDS, 'Z90001', null)).resolves.toBeNull();
  });
});

describe('when the release rules cannot be read', () => {
  it('nothing is released, and the search goes on', async () => {
    const practices = await practicesUnderTest();
    await practices.loseReleases();
    const { data } = await practices.ask(
      `query ($assessment: _Any!) { _entities(representations: [$assessment]) {
        ... on Assessment { candidates { own { release { status closedTo } } near { odsCode } stopped { reason } } } } }`,
      {
        assessment: {
          __typename: 'Assessment',
          id: 'a',
          place: LEEDS,
          subject: { registeredPracticeOdsCode: 'Z90001', ageInMonths: 84 },
          outcome: OUTCOME,
        },
      },
    );
    expect(data._entities).toEqual([
      {
        candidates: {
          own: { release: { status: 'CLOSED', closedTo: 'EVERYBODY' } },
          near: [],
          stopped: [{ reason: 'BOOK_CLOSED' }],
        },
      },
    ]);
    await practices.close();
  });
});
