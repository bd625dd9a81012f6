import pino from 'pino';
import { z } from 'zod';
import { manualTimers } from '../../domain/manual-timers';
import { syntheticNhsNumber } from '../../domain/nhs-number';
import { OdsCode } from '../../domain/ods-code';
import { type RunningSimulators, startSimulators } from '../simulator/start-simulators';

/** Checks the bytes that the simulated Meridian sends against its document (README.md), and not against our adapter. */
const NOW = new Date('2026-07-01T11:00:00Z');
const NHS = syntheticNhsNumber(77);
const PERSON = { nhs: NHS, surname: 'Exampleová', forename: 'Aoife', dob: '2019-05-02' };
const Sessions = z.object({
  sessions: z.array(
    z.object({
      ref: z.string(),
      channel: z.string(),
      places: z.number().optional(),
      free: z.array(z.string()),
    }),
  ),
  next: z.string().optional(),
});

const timers = manualTimers();
let now = NOW;
let running: RunningSimulators;
let token = '';
let practices = 0;
let practice: OdsCode;

beforeAll(async () => {
  running = await startSimulators({ now: () => now, logger: pino({ level: 'silent' }), timers, pageSize: 1 });
  token = await newToken();
});
beforeEach(() => {
  now = NOW;
  practice = OdsCode.parse(`T${10_000 + practices++}`);
  running.diary.deskFrees(practice, new Date('2026-07-01T13:00:00Z'), new Date('2026-07-01T14:00:00Z'));
});
afterAll(() => running.close());

async function newToken(): Promise<string> {
  const reply = await post('/oauth/token', FORM.toString(), {
    'content-type': 'application/x-www-form-urlencoded',
  });
  const body = z.object({ access_token: z.string(), token_type: z.literal('Bearer') }).parse(reply.body);
  return body.access_token;
}

const FORM = new URLSearchParams({
  grant_type: 'client_credentials',
  client_id: 'gp-booking-gateway',
  client_secret: 'a secret that the simulator takes',
  scope: 'appointments',
});

async function ask(
  method: string,
  path: string,
  init: { body?: string; headers?: Record<string, string> } = {},
) {
  const headers = { authorization: `Bearer ${token}`, 'x-tenant': practice, ...init.headers };
  const response = await fetch(`${running.urls.meridian}/mps/3${path}`, { method, ...init, headers });
  const body: unknown = await response.json();
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body };
}

const post = (path: string, body: string, headers = {}) => ask('POST', path, { body, headers });

/** The first time in person after 14:00 by London's clocks. */
async function firstFree() {
  for (let cursor: string | undefined = 'c0'; cursor !== undefined;) {
    const { body } = await ask('GET', `/availability?date=2026-07-01&days=1&cursor=${cursor}`);
    const { sessions, next } = Sessions.parse(body);
    for (const { ref: session, channel, free } of sessions)
      for (const run of free)
        if (channel === 'F2F' && run > '2026-07-01 14') return { session, wallStart: run.slice(0, 16), run };
    cursor = next;
  }
  throw new Error('Nothing is free.');
}

const KEY = '00000000-0000-4000-8000-000000000001';
let keys = 1;
const newKey = () => KEY.slice(0, -4) + String(1_000 + keys++);

async function started(course: { effectAfterMs: number; endsAfterMs: number | null }, key = newKey()) {
  const { session, wallStart } = await firstFree();
  running.faults.add({
    supplier: 'meridian',
    practice,
    operation: 'BOOK',
    times: 1,
    fault: { kind: 'operation', ...course },
  });
  const body = JSON.stringify({
    session,
    wallStart,
    person: PERSON,
    contact: '07700 900123',
    text: 'GBG-1 words',
  });
  const reply = await post('/bookings', body, { 'idempotency-key': key });
  return {
    key,
    body,
    session,
    wallStart,
    reply,
    path: z.object({ operation: z.string() }).parse(reply.body).operation,
  };
}

it('gives a token for the right client, and 401 for another', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const wrong = new URLSearchParams([...FORM, ['client_secret', 'wrong']]);
  expect(await post('/oauth/token', wrong.toString(), headers)).toMatchObject({
    status: 401,
    body: { error: 'invalid_client' },
  });
  expect(await ask('GET', '/availability', { headers: { authorization: 'Bearer old' } })).toMatchObject({
    status: 401,
    body: { fault: 'token_expired' },
  });
});

it('writes free times as runs, one session on a page here, and places only of a group', async () => {
  const { body } = await ask('GET', '/availability?date=2026-07-01&days=2');
  const { sessions, next } = Sessions.parse(body);
  expect([sessions.length, next]).toEqual([1, 'c1']);
  expect((await firstFree()).run).toMatch(/^2026-07-01 14:\d0\/\d+$/);
  running.diary.configure(practice, { groupPlaces: 6 });
  expect((await firstFree()).run).toMatch(/^2026-07-01 14:\d0\/\d+@6$/);
});

it.each(['date=2026-07-01', 'date=2026-07-01&days=8', 'days=1'])('refuses a search of %s', async (query) => {
  expect(await ask('GET', `/availability?${query}`)).toMatchObject({
    status: 400,
    body: { fault: 'bad_request' },
  });
});

it('answers 202 before anything is decided, and shows the end when there is one', async () => {
  const { reply, path } = await started({ effectAfterMs: 500, endsAfterMs: 900 });
  expect(reply).toMatchObject({ status: 202, retryAfter: '1' });
  expect(running.diary.appointments({ practice })).toEqual([]);
  timers.advance(500);
  expect(running.diary.appointments({ practice })).toMatchObject([
    { reason: 'GBG-1 words', contactPhone: '07700 900123' },
  ]);
  expect((await ask('GET', path)).body).toEqual({ state: 'running' });
  timers.advance(400);
  expect((await ask('GET', path)).body).toMatchObject({
    state: 'done',
    booking: { rev: 1, status: 'held', text: 'GBG-1 words' },
  });
});

it('answers the same key by the same operation, with another body by 409', async () => {
  const { key, body, path } = await started({ effectAfterMs: 0, endsAfterMs: 100 });
  const again = () => post('/bookings', body, { 'idempotency-key': key });
  expect(await again()).toMatchObject({ status: 202, body: { operation: path } });
  timers.advance(100);
  expect(await again()).toMatchObject({ status: 200, body: { state: 'done' } });
  expect(running.diary.appointments({ practice })).toHaveLength(1);
  expect(await post('/bookings', body.replace('words', 'others'), { 'idempotency-key': key })).toMatchObject({
    status: 409,
    body: { fault: 'key_reused' },
  });
});

it('fails an operation in its own words', async () => {
  const { path } = await started({ effectAfterMs: 100, endsAfterMs: 100 });
  running.diary.deskTakes(practice, NOW, new Date('2026-07-02T00:00:00Z'));
  timers.advance(100);
  expect((await ask('GET', path)).body).toEqual({ state: 'failed', code: 'SLOT_GONE' });
});

it('cancels the revision that is named, says what is instead, and refuses from 30 minutes before', async () => {
  await started({ effectAfterMs: 0, endsAfterMs: 0 });
  const [booked] = running.diary.appointments({ practice });
  if (!booked) throw new Error('Nothing was booked.');
  const { id, slot } = booked;
  const cancel = (rev: string) => ask('DELETE', `/bookings/${id}`, { headers: { 'if-match': `"${rev}"` } });
  expect(await cancel('9')).toMatchObject({ status: 412, body: { id, rev: 1, status: 'held' } });
  now = new Date(slot.startsAt.getTime() - 29 * 60_000);
  expect(await cancel('1')).toMatchObject({ status: 422, body: { fault: 'too_late' } });
  now = NOW;
  expect(await cancel('1')).toMatchObject({ status: 200, body: { rev: 2, status: 'cancelled' } });
  expect((await ask('DELETE', '/bookings/none', { headers: { 'if-match': '"1"' } })).status).toBe(404);
  const search = JSON.stringify({ nhs: NHS, from: '2026-06-01', to: '2026-07-31' });
  expect((await post('/bookings/search', search)).body).toMatchObject({
    bookings: [{ id, status: 'cancelled' }],
  });
});

it('is closed on Sundays from two to four', async () => {
  now = new Date('2026-07-05T01:30:00Z');
  expect((await ask('GET', '/status')).status).toBe(503);
  now = new Date('2026-07-05T03:00:00Z');
  expect((await ask('GET', '/status')).status).toBe(200);
});
