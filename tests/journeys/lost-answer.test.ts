import { randomUUID } from 'node:crypto';
import { simulatorControl } from '../../demo/simulator-control';
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

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await inOneProcess();
});
afterAll(() => gateway.close());

/** The book is not read back meanwhile: how long that would take to come about is another test's subject. */
function bookCannotBeRead(): void {
  const fault = { kind: 'server-error', status: 503, afterCommit: false } as const;
  gateway.simulators.faults.add({ supplier: 'gp-connect', operation: 'READ', fault });
}
afterEach(() => {
  gateway.simulators.faults.clear();
});

async function held({ ask, son }: Awaited<ReturnType<typeof newFamily>>) {
  const { id } = await checkSymptoms(ask, son, WITHIN_A_DAY);
  const { elsewhere } = await findOptions(ask, { id, because: 'AWAY_FROM_HOME' });
  const slotId = elsewhere[0]!.slots.at(-1)!.id;
  const hold = await ask(HOLD, { input: { slotId, patientId: son.id, idempotencyKey: randomUUID() } });
  const again = async () =>
    result(await ask(HOLD, { input: { slotId, patientId: son.id, idempotencyKey: randomUUID() } }));
  return { holdId: result(hold).id!, again };
}

test('a booking whose answer was lost is CHECKING, once, and nothing else is booked meanwhile', async () => {
  const family = await newFamily(gateway);
  const { ask, son } = family;
  const { holdId, again } = await held(family);
  bookCannotBeRead();
  gateway.simulators.faults.add({
    supplier: 'gp-connect',
    operation: 'BOOK',
    times: 1,
    fault: { kind: 'reset-after-commit' },
  });
  const confirm = { holdId, contactPhone: '01632 960123', idempotencyKey: randomUUID() };
  const lost = result(await ask(CONFIRM, { input: confirm }));
  expect(lost).toMatchObject({ __typename: 'Booking', status: 'CHECKING' });

  const repeated = result(await ask(CONFIRM, { input: confirm }));
  expect(repeated).toMatchObject({ __typename: 'Booking', id: lost.id });
  expect(await again()).toMatchObject({ __typename: 'AlreadyBooked' });
  const cancelled = await ask(CANCEL, {
    input: { bookingId: lost.id, reason: 'OTHER', idempotencyKey: randomUUID() },
  });
  expect(result(cancelled)).toMatchObject({ id: lost.id, status: 'CHECKING' });

  const { data } = await ask('{ myBookings { edges { node { id status } } } }');
  expect(data).toEqual({ myBookings: { edges: [{ node: { id: lost.id, status: 'CHECKING' } }] } });
  const inDiary = await simulatorControl(gateway.simulators.controlUrl).appointmentsOf(son);
  expect(inDiary).toMatchObject([{ status: 'BOOKED' }]);
});

test('a request that never arrived is not shown as booked', async () => {
  const family = await newFamily(gateway);
  const { holdId } = await held(family);
  gateway.simulators.faults.add({
    supplier: 'gp-connect',
    operation: 'BOOK',
    times: 1,
    fault: { kind: 'reset-before-commit' },
  });
  const lost = result(
    await family.ask(CONFIRM, {
      input: { holdId, contactPhone: '01632 960001', idempotencyKey: randomUUID() },
    }),
  );
  expect(lost.status).not.toBe('CONFIRMED');
  const inDiary = await simulatorControl(gateway.simulators.controlUrl).appointmentsOf(family.son);
  expect(inDiary).toEqual([]);
});
