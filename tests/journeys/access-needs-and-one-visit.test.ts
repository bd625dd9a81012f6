import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { demoIssuer } from '../../demo/issuer';
import { CASE_STUDY_PRACTICE, demoFamily, patientClaims } from '../../demo/people';
import { simulatorControl } from '../../demo/simulator-control';
import { CalendarDate } from '../../domain/london-time';
import { inOneProcess, type GatewayUnderTest } from '../gateway-under-test';
import { plant, plantPerson } from '../planted';
import {
  asker,
  checkSymptoms,
  CONFIRM,
  HOLD,
  newFamily,
  result,
  WITHIN_A_DAY,
  type Ask,
} from '../patient-journey';

const HOUR = 60 * 60_000;

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await inOneProcess();
});
afterAll(() => gateway.close());

const OPTIONS = `query ($id: ID!, $needs: [AccessNeed!]! = [], $beside: BesideInput) {
  assessment(id: $id) { appointmentOptions(accessNeeds: $needs, beside: $beside, first: 30, timeoutMs: 10000) {
    ... on AppointmentOptions {
      practicesInRadius
      beside { practice { odsCode } startsAt endsAt mode }
      ownPractice { answer slots(first: 50) { id beside startsAt endsAt mode } }
      elsewhere { practice { odsCode accessNeedsMet } }
      notOffered { reason practices }
    } } } }`;
const Slot = z.object({
  id: z.string(),
  beside: z.enum(['DIRECTLY_BEFORE', 'DIRECTLY_AFTER']).nullable(),
  startsAt: z.string(),
  endsAt: z.string(),
  mode: z.string(),
});
const Options = z.object({
  practicesInRadius: z.number(),
  beside: Slot.pick({ startsAt: true, endsAt: true, mode: true }).nullable(),
  ownPractice: z.object({ answer: z.string(), slots: z.array(Slot) }),
  elsewhere: z.array(
    z.object({
      practice: z.object({ odsCode: z.string(), accessNeedsMet: z.array(z.string()).nullable() }),
    }),
  ),
  notOffered: z.array(z.object({ reason: z.string(), practices: z.number() })),
});
const Found = z.object({ assessment: z.object({ appointmentOptions: Options }) });

async function optionsFor(ask: Ask, variables: object) {
  return Found.parse((await ask(OPTIONS, variables)).data).assessment.appointmentOptions;
}

const hold = (ask: Ask, slotId: string, patientId: string) =>
  ask(HOLD, { input: { slotId, patientId, idempotencyKey: randomUUID() } });
const confirm = (ask: Ask, holdId: string) =>
  ask(CONFIRM, { input: { holdId, contactPhone: '01632 960001', idempotencyKey: randomUUID() } });

test('a person who signs is offered the practices that are known to have a BSL interpreter, and told how many are not', async () => {
  const { ask, son } = await newFamily(gateway);
  const { id } = await checkSymptoms(ask, son, WITHIN_A_DAY);
  const any = await optionsFor(ask, { id });
  expect([any.ownPractice.answer, any.elsewhere]).toEqual(['SLOTS', []]);

  const found = await optionsFor(ask, { id, needs: ['BSL_INTERPRETER'] });
  expect(found.ownPractice).toEqual({ answer: 'ACCESS_NOT_KNOWN', slots: [] });
  expect(found.elsewhere.length).toBeGreaterThan(0);
  for (const { practice } of found.elsewhere) expect(practice.accessNeedsMet).toContain('BSL_INTERPRETER');
  const counts = new Map(found.notOffered.map(({ reason, practices }) => [reason, practices]));
  expect(counts.get('ACCESS_NOT_KNOWN')).toBeGreaterThan(0);
  expect(counts.get('ACCESS_NEED_NOT_MET')).toBeGreaterThan(0);
  const counted = [...counts.values()].reduce((sum, practices) => sum + practices, 0);
  expect(counted + found.elsewhere.length).toBe(found.practicesInRadius);
});

/** Above those of all families that a suite makes. */
const DAUGHTERS_SERIAL = 9_000;

/** A mother of two children of different ages, at the case study's practice. */
async function newFamilyOfThree() {
  const { mother, son } = await newFamily(gateway);
  const relatives = demoFamily(CASE_STUDY_PRACTICE, DAUGHTERS_SERIAL, gateway.now());
  const daughter = { ...relatives.son, givenName: 'Dot', birthDate: CalendarDate.parse('2016-05-20') };
  plantPerson(daughter);
  await simulatorControl(gateway.simulators.controlUrl).register(CASE_STUDY_PRACTICE, daughter);
  const issuer = await demoIssuer(gateway.config.dataDir);
  const token = await issuer.sign('nhs-login', mother.id, patientClaims(mother, [son, daughter]));
  plant(token);
  return { son, daughter, ask: asker(gateway.url, token) };
}

test('two children are seen on one visit: the second is offered, held and booked directly beside the first', async () => {
  const { son, daughter, ask } = await newFamilyOfThree();
  const stranger = await newFamily(gateway);
  const ofSon = await checkSymptoms(ask, son, WITHIN_A_DAY);
  const ofDaughter = await checkSymptoms(ask, daughter, WITHIN_A_DAY);

  const soon = gateway.now().getTime() + 2 * HOUR;
  gateway.simulators.diary.deskFrees(CASE_STUDY_PRACTICE, new Date(soon), new Date(soon + 2 * HOUR));
  const { slots } = (await optionsFor(ask, { id: ofSon.id })).ownPractice;
  expect(slots.map(({ beside }) => beside)).toEqual(slots.map(() => null));
  const first = slots.find(
    ({ startsAt, endsAt, mode }) =>
      slots.some((slot) => slot.mode === mode && slot.startsAt === endsAt) &&
      slots.some((slot) => slot.mode === mode && slot.endsAt === startsAt),
  )!;
  const holdId = result(await hold(ask, first.id, son.id)).id!;

  const found = await optionsFor(ask, { id: ofDaughter.id, beside: { holdId } });
  expect(found.beside).toEqual({ startsAt: first.startsAt, endsAt: first.endsAt, mode: first.mode });
  const [next] = found.ownPractice.slots;
  expect(next).toMatchObject({ mode: first.mode, beside: expect.any(String) as string });
  const [before, after] = [
    { startsAt: expect.anything() as string, endsAt: first.startsAt },
    { startsAt: first.endsAt, endsAt: expect.anything() as string },
  ];
  expect(next).toMatchObject(next!.beside === 'DIRECTLY_BEFORE' ? before : after);

  const second = result(await hold(ask, next!.id, daughter.id));
  expect(second.__typename).toBe('Hold');
  const [bookedFirst, bookedSecond] = [await confirm(ask, holdId), await confirm(ask, second.id!)].map(
    result,
  );
  expect([bookedFirst?.status, bookedSecond?.status]).toEqual(['CONFIRMED', 'CONFIRMED']);

  // Somebody else's family learns nothing of it.
  const theirs = await checkSymptoms(stranger.ask, stranger.son, WITHIN_A_DAY);
  for (const beside of [{ holdId }, { bookingId: bookedFirst!.id }])
    expect((await optionsFor(stranger.ask, { id: theirs.id, beside })).beside).toBeNull();
});

test('a hold and a booking at once are refused by name', async () => {
  const { ask, son } = await newFamily(gateway);
  const { id } = await checkSymptoms(ask, son, WITHIN_A_DAY);
  const answer = await ask(OPTIONS, { id, beside: { holdId: 'a', bookingId: 'b' } });
  expect(answer.errors).toMatchObject([
    {
      message: expect.stringContaining('beside') as string,
      extensions: { code: 'BAD_USER_INPUT', reason: 'EXACTLY_ONE' },
    },
  ]);
});
