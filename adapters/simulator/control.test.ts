import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { z } from 'zod';
import { syntheticNhsNumber } from '../../domain/nhs-number';
import { OdsCode } from '../../domain/ods-code';
import { eventually } from '../../domain/eventually';
import { Fault } from './injected-faults';
import { type RunningSimulators, startSimulators } from './start-simulators';

const NOON = new Date('2026-07-01T11:00:00Z');
const range = { from: '2026-07-01T11:00:00Z', to: '2026-07-01T17:00:00Z' };
const Slots = z.object({
  slots: z.array(z.object({ id: z.number(), state: z.enum(['FREE', 'DESK', 'BOOKED']) })),
});

describe('the control API of the simulators', () => {
  let running: RunningSimulators;
  beforeAll(async () => {
    running = await startSimulators({ now: () => NOON, logger: pino({ level: 'silent' }) });
  });
  afterAll(() => running.close());

  const control = async (method: string, path: string, body?: object) => {
    const init = body ? { method, body: JSON.stringify(body) } : { method };
    const response = await fetch(running.controlUrl + path, init);
    return { status: response.status, body: await response.json() };
  };
  const slots = async (practice: string) => {
    const { body } = await control(
      'GET',
      `/practices/${practice}/slots?${new URLSearchParams(range).toString()}`,
    );
    return Slots.parse(body).slots;
  };

  it('has every fault in adapters/README.md', () => {
    const page = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');
    const kinds = Fault.options.map((option) => option.shape.kind.value);
    expect(kinds.filter((kind) => !page.includes(`\`${kind}\``))).toEqual([]);
  });

  it('takes the next hours in place of a range', async () => {
    await control('POST', '/practices/A81004/desk/free', range);
    await control('POST', '/practices/A81004/desk/take', { hours: 2 });
    const taken = (await slots('A81004')).filter(({ state }) => state === 'DESK');
    expect(taken).toHaveLength((await slots('A81004')).length / 3);
    expect((await control('POST', '/practices/A81004/desk/take', { hours: 1e9 })).status).toBe(400);
  });

  it('says that it is there', async () => {
    expect(await control('GET', '/health')).toMatchObject({ status: 200, body: { status: 'UP' } });
  });

  it('lets the desk fill and free a book', async () => {
    await control('POST', '/practices/A81001/desk/take', range);
    expect((await slots('A81001')).every(({ state }) => state === 'DESK')).toBe(true);
    await control('POST', '/practices/A81001/desk/free', range);
    expect((await slots('A81001')).every(({ state }) => state === 'FREE')).toBe(true);
  });

  it('registers a patient, and lists, moves and cancels what they booked', async () => {
    const practice = OdsCode.parse('A81002');
    const nhsNumber = syntheticNhsNumber(7);
    const person = { nhsNumber, familyName: 'Example', givenName: 'Ada', birthDate: '1990-05-05' };
    const linkage = { userId: 'user-7', key: 'key-7' };
    expect((await control('POST', '/practices/A81002/patients', { ...person, linkage })).status).toBe(200);
    await control('POST', '/practices/A81002/desk/free', range);
    const [first, second] = await slots('A81002');
    const patient = running.diary.patientByLinkage(practice, 'user-7')!;
    const booking = { practice, patient, audience: { route: 'PATIENT_SESSION' }, consumer: 'test' } as const;
    running.diary.book({ ...booking, slotId: second!.id });
    const found = await control('POST', '/appointments/search', { nhsNumber });
    expect(found.body).toMatchObject({ appointments: [{ slotId: second!.id, status: 'BOOKED', nhsNumber }] });
    const { id } = running.diary.appointments({ practice })[0]!;
    expect(first).toBeDefined();
    const target = (await slots('A81002')).at(-1)!.id;
    const moved = await control('POST', '/practices/A81002/desk/move', { appointmentId: id, slotId: target });
    expect(moved.body).toEqual({ moved: true });
    const cancelled = await control('POST', '/practices/A81002/desk/cancel', { appointmentId: id });
    expect(cancelled.body).toEqual({ result: 'CANCELLED' });
  });

  it('switches a fault on for a number of requests', async () => {
    const fault = { kind: 'throttled', retryAfterSeconds: 3 };
    await control('POST', '/faults', { supplier: 'emis', times: 1, fault });
    const path = `${running.urls.emis}/sessions/endusersession`;
    const throttled = await fetch(path, { method: 'POST' });
    expect([throttled.status, throttled.headers.get('retry-after')]).toEqual([429, '3']);
    expect((await fetch(path, { method: 'POST' })).status).not.toBe(429);
  });

  it('holds a request until it is released', async () => {
    const fault = { kind: 'held' };
    await control('POST', '/faults', { supplier: 'emis', times: 1, fault });
    const held = fetch(`${running.urls.emis}/sessions/endusersession`, { method: 'POST' });
    await eventually('the request is held', () => running.faults.held('emis') === 1);
    expect((await control('GET', '/faults/held')).body).toEqual({ held: 1 });
    await control('POST', '/faults/release');
    expect((await held).status).toBe(400);
    expect((await control('GET', '/faults/held')).body).toEqual({ held: 0 });
  });

  it('takes a supplier down and brings it back at the same address', async () => {
    await control('POST', '/suppliers/tpp/down');
    await expect(fetch(running.urls.tpp)).rejects.toThrow();
    await control('POST', '/suppliers/tpp/up');
    expect((await fetch(running.urls.tpp)).status).toBe(200);
  });

  it('refuses what it does not understand', async () => {
    expect(
      (await control('POST', '/faults', { supplier: 'nobody', fault: { kind: 'malformed' } })).status,
    ).toBe(400);
    expect((await control('POST', '/practices/A81002/desk/take', { from: 'noon' })).status).toBe(400);
    expect((await control('GET', '/nothing')).status).toBe(404);
  });

  it('names the port that is taken, and leaves nothing listening', async () => {
    const port = Number(new URL(running.controlUrl).port);
    const starting = startSimulators({
      ports: { control: port },
      now: () => NOON,
      logger: pino({ level: 'silent' }),
    });
    await expect(starting).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  });
});
