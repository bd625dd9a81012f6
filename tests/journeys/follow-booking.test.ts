import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from 'graphql-sse';
import { z } from 'zod';
import { inOneProcess, type GatewayUnderTest } from '../gateway-under-test';
import {
  CANCEL,
  checkSymptoms,
  CONFIRM,
  findOptions,
  HOLD,
  newFamily,
  result,
  WITHIN_A_DAY,
} from '../patient-journey';

/** A booking is followed as its states change, by graphql-sse's own client. */

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await inOneProcess();
});
afterEach(() => {
  gateway.simulators.faults.clear();
});
afterAll(() => gateway.close());

const published = (name: string) =>
  readFileSync(join(__dirname, '..', '..', 'schema', 'operations', `${name}.graphql`), 'utf8');
const Shown = z.object({ data: z.object({ booking: z.object({ status: z.string() }) }) });

function follow(token: string | undefined, id: string) {
  const client = createClient({
    url: `${gateway.url}/graphql/follow`,
    retryAttempts: 0,
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
  });
  const states = client.iterate({ query: published('BookingById'), variables: { id } });
  return {
    async next() {
      const shown: unknown = (await states.next()).value;
      return Shown.parse(shown).data.booking.status;
    },
    stop: async () => {
      await states.return?.();
      client.dispose();
    },
  };
}

async function booked(isLost: boolean) {
  const family = await newFamily(gateway);
  const { ask, son } = family;
  const { id } = await checkSymptoms(ask, son, WITHIN_A_DAY);
  const { elsewhere } = await findOptions(ask, { id, because: 'AWAY_FROM_HOME' });
  const slotId = elsewhere[0]!.slots.at(-1)!.id;
  const held = await ask(HOLD, { input: { slotId, patientId: son.id, idempotencyKey: randomUUID() } });
  if (isLost) {
    const unread = { kind: 'server-error', status: 503, afterCommit: false } as const;
    gateway.simulators.faults.add({ supplier: 'gp-connect', operation: 'READ', fault: unread });
    const lost = { kind: 'reset-after-commit' } as const;
    gateway.simulators.faults.add({ supplier: 'gp-connect', operation: 'BOOK', times: 1, fault: lost });
  }
  const input = { holdId: result(held).id, contactPhone: '01632 960123', idempotencyKey: randomUUID() };
  const booking = result(await ask(CONFIRM, { input }));
  const cancel = () =>
    ask(CANCEL, { input: { bookingId: booking.id, reason: 'OTHER', idempotencyKey: randomUUID() } });
  return { ...family, id: booking.id!, cancel };
}

const answered = (init: RequestInit & { token?: string; accept?: string }) =>
  fetch(`${gateway.url}/graphql/follow`, {
    method: 'POST',
    ...init,
    headers: {
      'content-type': 'application/json',
      accept: init.accept ?? 'text/event-stream',
      ...(init.token === undefined ? {} : { authorization: `Bearer ${init.token}` }),
    },
  });

const refusal = async (response: Response) =>
  z.object({ errors: z.array(z.object({ message: z.string() })) }).parse(await response.json()).errors[0]
    ?.message;

test('a page hears that a booking which was being checked is confirmed, and then cancelled', async () => {
  const { token, id, cancel } = await booked(true);
  const states = follow(token, id);
  expect(await states.next()).toBe('CHECKING');
  gateway.simulators.faults.clear();
  expect(await states.next()).toBe('CONFIRMED');
  await cancel();
  const after = [await states.next()];
  if (after[0] === 'CANCELLING') after.push(await states.next());
  expect(after.at(-1)).toBe('CANCELLED');
  await states.stop();
});

test('nobody else follows it', async () => {
  const { id } = await booked(false);
  const other = await newFamily(gateway);
  const body = JSON.stringify({ query: published('BookingById'), variables: { id } });
  const theirs = await answered({ body, token: other.token });
  expect(await theirs.text()).toMatch(
    /^event: next\ndata: .*"booking":null.*\n\nevent: complete\ndata:\n\n$/,
  );
  const nobodys = await answered({ body });
  expect(await nobodys.text()).toContain('FORBIDDEN');
});

test.each([
  ['another published document', () => published('MyBookings')],
  ['a document that is not published', () => 'query ($id: ID!) { booking(id: $id) { id } }'],
])('%s cannot be followed', async (_, query) => {
  const { token, id } = await booked(false);
  const variables = query().includes('$id') ? { id } : {};
  const response = await answered({ token, body: JSON.stringify({ query: query(), variables }) });
  expect(response.status).toBe(400);
  expect(await refusal(response)).toContain('Only a published query for one booking by its id');
});

test.each([
  [{ accept: 'application/json' }, 406, 'Accept text/event-stream'],
  [{ method: 'GET' }, 405, 'Send this by POST'],
])('%j is refused by name', async (init, status, message) => {
  const response = await answered(init);
  expect(response.status).toBe(status);
  expect(await refusal(response)).toContain(message);
});

test('one person follows four at most, and a page that is closed makes room', async () => {
  const { token, id } = await booked(false);
  const four = Array.from({ length: 4 }, () => follow(token, id));
  for (const states of four) expect(await states.next()).toBe('CONFIRMED');
  const body = JSON.stringify({ query: published('BookingById'), variables: { id } });
  const fifth = await answered({ body, token });
  expect(await refusal(fifth)).toContain('Too many bookings are being followed');
  await four[0]!.stop();
  let again = await answered({ body, token });
  while (again.status !== 200) {
    await again.text();
    again = await answered({ body, token });
  }
  await again.body?.cancel();
  for (const states of four.slice(1)) await states.stop();
});
