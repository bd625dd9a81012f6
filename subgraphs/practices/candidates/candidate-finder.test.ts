import pino from 'pino';
import { CASE_STUDY_PRACTICE } from '../../../demo/people';
import { defaultPolicyOf } from '../../../demo/simulated-world';
import type { PracticeAccess } from '../../../domain/access-needs';
import { OdsCode } from '../../../domain/ods-code';
import { directoryOf } from '../directory/directory';
import { ENGLAND_2024_TO_2027 } from '../../../domain/england-bank-holidays';
import { candidateFinder } from './candidate-finder';

const HERE = { latitude: 53.8, longitude: -1.5 };

/** Practices of a city, each further away than the one before. */
const CITY = Array.from({ length: 100 }, (_, at) => ({
  odsCode: OdsCode.parse(`A8${1_000 + at}`),
  name: 'A Surgery',
  addressLines: [],
  postcode: 'LS1 1AA',
  phone: null,
  location: { ...HERE, latitude: HERE.latitude + at / 1_000, placedBy: 'UNIT_POSTCODE' as const },
}));

async function nearWhere(access: ReadonlyMap<string, PracticeAccess>): Promise<number[]> {
  const details = { gpSystems: null, openingHours: new Map(), access, bankHolidays: ENGLAND_2024_TO_2027 };
  const directory = directoryOf(CITY, '2026-01-05', details);
  const policy = { ...defaultPolicyOf(CASE_STUDY_PRACTICE), updatedAt: null };
  const finder = candidateFinder(
    { current: () => directory },
    { policy: () => Promise.resolve(policy) },
    { of: () => [{ supplier: 'gp-connect', route: 'NETWORK' }] },
    pino({ level: 'silent' }),
  );
  const need = { ageInMonths: 72, dispositionId: 'gp-6h', modes: ['IN_PERSON' as const] };
  const found = await finder.find({ place: HERE, ownOdsCode: null, need });
  return found!.near.map(({ odsCode }) => CITY.findIndex((practice) => practice.odsCode === odsCode));
}

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);
const meeting = (practices: readonly number[], access: PracticeAccess) =>
  new Map(practices.map((at): [string, PracticeAccess] => [CITY[at]!.odsCode, access]));

describe('the practices near somebody in a city', () => {
  it('are the nearest sixty', async () => {
    expect(await nearWhere(new Map())).toEqual(upTo(60));
  });

  it('are, for an access need, the nearest ten that meet it, and the nearest others', async () => {
    const signing = [3, 70, 72, ...upTo(20).map((at) => at + 80)];
    const found = await nearWhere(meeting(signing, { met: ['BSL_INTERPRETER'], notMet: [] }));
    expect(found).toEqual([...upTo(51), 70, 72, ...upTo(7).map((at) => at + 80)]);
  });

  it('are the nearest sixty where ten of these meet it, or the others are known not to', async () => {
    expect(await nearWhere(meeting(upTo(100), { met: ['HEARING_LOOP'], notMet: [] }))).toEqual(upTo(60));
    expect(await nearWhere(meeting(upTo(100), { met: [], notMet: ['HEARING_LOOP'] }))).toEqual(upTo(60));
  });
});
