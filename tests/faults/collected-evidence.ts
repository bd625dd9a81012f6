import { setTimeout as sleep } from 'node:timers/promises';
import Libsql from 'libsql';
import { isEventOf, sameSlot, type Appointment, type History, type RecordedOperation } from './history';
import { ledgerReader, type LedgerReader } from './ledger-dump';
import { commandRedis } from './nemesis';
import { patientClient } from './patient';
import { deskDay } from './desk';
import { freeSlots, QUOTA, type Practice } from './fault-practice';
import { AT_ONCE, GIVEN_UP, HOLD_MS, SUPPLIERS, type World } from './fault-world';

/** Within this after everything works again, every doubt has to be settled. */
export const SETTLED_WITHIN_MS = 25_000;
const LOOK_EVERY_MS = 100;
const UNSETTLED = ['BOOKING', 'UNKNOWN', 'CANCELLING', 'CANCEL_UNKNOWN', 'ORPHAN_FOUND', 'DUPLICATE_FOUND'];
const STANDING = ['CONFIRMED', 'MOVED'];
const OVER = ['FAILED', 'CANCELLED', 'CANCELLED_BY_PRACTICE'];

export interface Gathering {
  holdStoreLost: boolean;
  settledWithinMs?: number | undefined;
  /** When everything works again, the desks do this and that to what stands. */
  desksAct?: boolean | undefined;
}

/** Repairs the world, lets it come to rest, ends the service, and collects the evidence. */
export async function gather(
  world: World,
  operations: RecordedOperation[],
  practices: readonly Practice[],
  { holdStoreLost, settledWithinMs = SETTLED_WITHIN_MS, desksAct = false }: Gathering,
): Promise<History> {
  const wasKilled = world.services.some((service) => service.deaths() > 0);
  await world.heal();
  const reader = await ledgerReader(world.database);
  try {
    await atRest(world, reader, settledWithinMs);
    const deskActs = desksAct ? await deskDay(world, reader, world.noticedWithinMs) : [];
    if (deskActs.length > 0) await atRest(world, reader, settledWithinMs);
    const freeAtEnd = await offeredToANewcomer(world, operations, practices);
    await holdsRunOut(world);
    for (const service of world.services) await service.close();
    const ledger = await reader.dump();
    const truth = truthOf(world);
    await reader.close();
    return {
      operations,
      truth,
      bookRequests: world.bookRequests,
      ledger,
      told: world.frontEnd.heard.filter(({ taken }) => taken).map(({ id, body }) => ({ id, body })),
      noticed: world.ownPractices.heard,
      people: world.people,
      checks: [...world.checks.changes],
      deskActs: [...world.deskActs, ...deskActs],
      freeAtEnd,
      leftovers: await leftovers(world),
      rules: {
        suppliers: [...SUPPLIERS],
        atOnce: AT_ONCE,
        givenUp: GIVEN_UP,
        holdMs: HOLD_MS,
        holdStoreLost,
        wasKilled,
        quota: QUOTA,
        noticedWithinMs: world.compares ? world.noticedWithinMs : null,
      },
    };
  } finally {
    await reader.close().catch(() => undefined);
  }
}

export function truthOf({ simulators, digestOf, offsetMs }: World): Appointment[] {
  return simulators.diary
    .appointments()
    .map(({ id, practice, slot, patient, status, history, bookedAt }) => ({
      id,
      practice,
      startsAt: slot.startsAt.getTime(),
      slotId: slot.id,
      mode: slot.mode,
      patient: digestOf(patient.nhsNumber),
      status,
      bookedAt: bookedAt.getTime() - offsetMs,
      touchedByDesk: history.some(({ what }) => what.endsWith('the desk')),
    }));
}

/** Nothing is in doubt, and ledger and diaries agree; or the time for that is over, and the checker will say so. */
async function atRest(world: World, reader: LedgerReader, withinMs: number): Promise<void> {
  const until = Date.now() + withinMs;
  while (Date.now() < until) {
    const { bookings, outbox, notices } = await reader.dump();
    const told = world.frontEnd.taken();
    const truth = truthOf(world).filter(({ status }) => status === 'BOOKED');
    const doubtful = bookings.some(({ state }) => UNSETTLED.includes(state));
    const missing = bookings.some(
      (booking) => STANDING.includes(booking.state) && !truth.some((one) => isOf(booking, one)),
    );
    const unknown = truth.some(
      (one) => !bookings.some((booking) => !OVER.includes(booking.state) && isOf(booking, one)),
    );
    const undelivered = outbox.some(({ bookingId, version }) => !told.some(isEventOf(bookingId, version)));
    const unnoticed = notices.some(
      ({ practice, sequence }) =>
        !world.ownPractices.heard.some((one) => one.practice === practice && one.sequence === sequence),
    );
    if (!doubtful && !missing && !unknown && !undelivered && !unnoticed) return;
    await sleep(LOOK_EVERY_MS);
  }
}

function isOf(
  booking: { patient: string; practice: string; startsAt: number },
  appointment: Appointment,
): boolean {
  return booking.patient === appointment.patient && sameSlot(booking, appointment);
}

/** Somebody who had no part in anything so far looks at each practice. */
async function offeredToANewcomer(
  world: World,
  operations: RecordedOperation[],
  practices: readonly Practice[],
): Promise<History['freeAtEnd']> {
  const seen: History['freeAtEnd'] = [];
  for (const practice of practices) {
    const newcomer = patientClient(world, world.newPatient(practice.code), operations, () => 'at the end');
    const until = Date.now() + HOLD_MS + 5_000;
    for (;;) {
      const offers = await newcomer.search([practice], 30);
      const free = freeSlots(world, practice).map((slot) => ({
        ...slot,
        offered: offers.some((offer) => sameSlot(offer, slot)),
      }));
      if (free.every(({ offered }) => offered) || Date.now() > until) {
        seen.push(...free);
        break;
      }
      await sleep(LOOK_EVERY_MS);
    }
  }
  return seen;
}

async function holdsRunOut({ lane }: World): Promise<void> {
  const until = Date.now() + HOLD_MS + 2_000;
  while (lane.redis !== null && Date.now() < until && (await holdsIn(lane.redis.port)) > 0)
    await sleep(LOOK_EVERY_MS);
}

/** Everything else on this Redis would be an oversight as well. */
async function holdsIn(port: number): Promise<number> {
  return Number(/:(\d+)/.exec(await commandRedis(port, 'DBSIZE'))?.[1] ?? 1);
}

async function leftovers(world: World): Promise<Record<string, number>> {
  const { lane, wires, database } = world;
  const connections = [...Object.values(wires.suppliers), wires.redis, wires.postgres];
  for (let tries = 0; tries < 20 && connections.some((wire) => (wire?.connections() ?? 0) > 0); tries++)
    await sleep(50);
  const open = connections.reduce((sum, wire) => sum + (wire?.connections() ?? 0), 0);
  const holds = lane.redis === null ? 0 : await holdsIn(lane.redis.port);
  if (database.kind === 'embedded')
    return { connections: open, holds, locks: isLocked(database.file) ? 1 : 0 };
  const name = new URL(database.url).pathname.slice(1);
  for (let tries = 0; tries < 20 && (await lane.sessionsOn(name)) > 0; tries++) await sleep(50);
  return { connections: open, holds, 'database sessions': await lane.sessionsOn(name) };
}

/** Somebody has still to end what they write. */
function isLocked(file: string): boolean {
  const connection = new Libsql(file, { timeout: 500 });
  try {
    connection.exec('begin exclusive');
    connection.exec('rollback');
    return false;
  } catch {
    return true;
  } finally {
    connection.close();
  }
}
