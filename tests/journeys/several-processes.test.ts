import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { supplierIds } from '../../adapters/registry';
import { deployment, whyNoDeployment, type Deployment, type Part } from '../deployment';
import { traceCollector } from '../trace-collector';
import { asked, pouredOut, quantile } from './overload';
import {
  asker,
  WITHIN_A_DAY,
  CANCEL,
  checkSymptoms,
  CONFIRM,
  findOptions,
  HOLD,
  newFamilyAt,
  OPTIONS,
  result,
  type Ask,
} from '../patient-journey';

const reason = whyNoDeployment();
if (reason !== null) console.log(`Several processes are not tried here: it ${reason}.`);

(reason === null ? describe : describe.skip)('in several processes, on one Redis and one PostgreSQL', () => {
  const collector = traceCollector();
  let running: Deployment;
  let [through, throughTheOther]: Ask[] = [];
  let family: Awaited<ReturnType<typeof newFamilyAt>>;

  beforeAll(async () => {
    // One family asks for everybody.
    running = await deployment({
      LIMIT_CALLER_COST_PER_MINUTE: '1000000000',
      OTEL_EXPORTER_OTLP_ENDPOINT: await collector.start(),
      OTEL_BSP_SCHEDULE_DELAY: '200',
    });
    const [first, second] = running.gateways;
    family = await newFamilyAt({ url: first.url, dataDir: running.dataDir, controlUrl: running.controlUrl });
    through = asker(first.url, family.token);
    throughTheOther = asker(second.url, family.token);
  }, 180_000);
  afterAll(async () => {
    await running.close();
    await collector.stop();
  });

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

  test('a booking is one trace, through every process to the supplier, and names nobody', async () => {
    const slot = (await offered(through!)).at(-1);
    const held = await hold(through!, slot!);
    const booked = await confirm(through!, held.id);
    await pause(1_000);
    const way = ['request', 'subgraph appointments', 'answer appointments', expect.stringMatching(/ BOOK$/)];
    expect(collector.ways()).toContainEqual(way);
    const { mother, son } = family;
    const secrets = [mother, son].flatMap((person) => [
      person.nhsNumber,
      person.familyName,
      person.birthDate,
      person.id,
    ]);
    for (const secret of [...secrets, slot!, held.id!, booked.id!, family.token])
      expect(collector.said()).not.toContain(secret);
  }, 60_000);

  test('twenty times what can be borne is shed, while small questions are answered, and is over when it is over', async () => {
    await Promise.all(supplierIds.map((supplier) => slowedDown(supplier, 1_000)));
    const { id } = await checkSymptoms(through!, family.son, WITHIN_A_DAY);
    const variables = { id, because: 'OWN_PRACTICE_TIMES_DO_NOT_SUIT', wait: 4_000 };
    const { url } = running.gateways[0];
    const search = { url, token: family.token, body: JSON.stringify({ query: OPTIONS, variables }) };
    const small = { url, body: '{"query":"{ __typename }"}' };

    const borne = await asked(search, 20, 6);
    const perSecond = borne.length / 6;
    const [flood, meanwhile] = await Promise.all([
      pouredOut(search, 20 * perSecond, 8),
      pouredOut(small, 20, 8),
    ]);
    const shed = flood.filter(({ status }) => status === 503);
    expect(shed.length).toBeGreaterThan(0);
    for (const { text, retryAfter } of shed.slice(0, 20)) {
      expect(text).toContain('OVERLOADED');
      expect(Number(retryAfter)).toBeGreaterThan(0);
    }
    expect(new Set(flood.map(({ status }) => status))).toEqual(new Set([200, 503]));
    expect(new Set(meanwhile.map(({ status }) => status))).toEqual(new Set([200]));
    const p99 = quantile(
      meanwhile.map(({ ms }) => ms),
      0.99,
    );
    console.log(
      `${perSecond.toFixed(1)} searches a second were borne; of ${flood.length} at twenty times that ${shed.length} were shed; { __typename } took ${p99.toFixed(0)} ms at p99`,
    );
    // How long depends on what else the machine does; here only that they are not kept waiting behind the flood.
    expect(p99).toBeLessThan(10_000);

    await Promise.all(supplierIds.map((supplier) => slowedDown(supplier, 0)));
    const over = performance.now();
    // Practices whose breakers the flood has opened are asked again five seconds later.
    while ((await offered(through!)).length === 0) expect(performance.now() - over).toBeLessThan(30_000);
    console.log(
      `Times were offered again ${((performance.now() - over) / 1_000).toFixed(1)} s after the flood`,
    );
  }, 90_000);

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
