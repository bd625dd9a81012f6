import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { supplierIds } from '../../adapters/registry';
import { deployment, whyNoDeployment, type Deployment, type Part } from '../deployment';
import {
  asker,
  WITHIN_A_DAY,
  CANCEL,
  checkSymptoms,
  CONFIRM,
  findOptions,
  HOLD,
  newFamilyAt,
  result,
  type Ask,
} from '../patient-journey';

const reason = whyNoDeployment();
if (reason !== null) console.log(`Several processes are not tried here: it ${reason}.`);

(reason === null ? describe : describe.skip)('in several processes, on one Redis and one PostgreSQL', () => {
  let running: Deployment;
  let [through, throughTheOther]: Ask[] = [];
  let family: Awaited<ReturnType<typeof newFamilyAt>>;

  beforeAll(async () => {
    running = await deployment();
    const [first, second] = running.gateways;
    family = await newFamilyAt({ url: first.url, dataDir: running.dataDir, controlUrl: running.controlUrl });
    through = asker(first.url, family.token);
    throughTheOther = asker(second.url, family.token);
  }, 180_000);
  afterAll(() => running.close());

  async function offered(ask: Ask): Promise<string[]> {
    const { id } = await checkSymptoms(ask, family.son, WITHIN_A_DAY);
    const { ownPractice, elsewhere } = await findOptions(ask, {
      id,
      because: 'OWN_PRACTICE_TIMES_DO_NOT_SUIT',
      wait: 8_000,
    });
    return [ownPractice, ...elsewhere].flatMap((one) => one?.slots ?? []).map((slot) => slot.id);
  }
  const hold = async (ask: Ask, slotId: string) =>
    result(await ask(HOLD, { input: { slotId, patientId: family.son.id, idempotencyKey: randomUUID() } }));
  const confirm = async (ask: Ask, holdId: string | undefined) =>
    result(await ask(CONFIRM, { input: { holdId, idempotencyKey: randomUUID() } }));

  test('what is found through one gateway is held, seen as held and booked through the other', async () => {
    // The last one: the practice lets nobody cancel within the hour.
    const slot = (await offered(through!)).at(-1);
    const held = await hold(throughTheOther!, slot!);
    expect(held.__typename).toBe('Hold');
    expect(await hold(through!, slot!)).toMatchObject({ __typename: 'Hold', id: held.id });
    const booked = await confirm(through!, held.id);
    expect(booked).toMatchObject({ __typename: 'Booking', status: 'CONFIRMED' });
    const input = { bookingId: booked.id, reason: 'BOOKED_ELSEWHERE', idempotencyKey: randomUUID() };
    expect(result(await throughTheOther!(CANCEL, { input }))).toMatchObject({ status: 'CANCELLED' });
  }, 60_000);

  test('after kill -9 of the process that took the hold, the other books it', async () => {
    const [slot] = await offered(through!);
    const held = await hold(through!, slot!);
    await running.appointments[0].kill();
    expect(await confirm(throughTheOther!, held.id)).toMatchObject({ status: 'CONFIRMED' });
    // The gateway in front of it says that nobody is to be sent to it, and goes on with what it can still reach.
    expect(await readiness(running.gateways[0])).toEqual({ status: 503, missing: ['appointments'] });
    expect(await readiness(running.gateways[1])).toEqual({ status: 200, missing: [] });
    expect((await through!('{ dispositions { id } }')).data?.dispositions).toBeInstanceOf(Array);
  }, 60_000);

  test('a process that is told to stop answers the booking that it is sending, and ends well', async () => {
    const [slot] = await offered(throughTheOther!);
    const held = await hold(throughTheOther!, slot!);
    await Promise.all(supplierIds.map((supplier) => slowedDown(supplier, 1_500)));
    const confirming = confirm(throughTheOther!, held.id);
    await pause(500);
    const [code, booked] = await Promise.all([running.appointments[1].stop(), confirming]);
    expect(booked).toMatchObject({ __typename: 'Booking', status: 'CONFIRMED' });
    expect(code).toBe(0);
    expect(await running.gateways[1].stop()).toBe(0);
  }, 60_000);

  async function readiness({ url }: Part) {
    const response = await fetch(`${url}/health/ready`);
    const { missing } = z.object({ missing: z.array(z.string()) }).parse(await response.json());
    return { status: response.status, missing };
  }

  const slowedDown = (supplier: string, ms: number) =>
    fetch(`${running.controlUrl}/latency`, { method: 'POST', body: JSON.stringify({ supplier, ms }) });
});
