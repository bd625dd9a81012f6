import { setTimeout as sleep } from 'node:timers/promises';
import type { DiaryAppointment } from '../../adapters/simulator/diary-records';
import { SLOT_TYPE, window } from './fault-practice';
import type { World } from './fault-world';
import { DESK_ACTS, type DeskAct, type LedgerBooking } from './history';
import type { LedgerReader } from './ledger-dump';

const LOOK_EVERY_MS = 50;
const MAX_ACTS = 8;

/** @returns false where the practice's book has no room for it. */
export function deskDoes(kind: DeskAct['kind'], appointment: DiaryAppointment, world: World): boolean {
  const { diary } = world.simulators;
  const { practice, id, slot } = appointment;
  switch (kind) {
    case 'cancels':
      return diary.cancel(practice, id, 'the desk').kind === 'CANCELLED';
    case 'cancels and refills':
      return (
        diary.cancel(practice, id, 'the desk').kind === 'CANCELLED' && diary.deskTakesSlot(practice, slot.id)
      );
    case 'moves to another time':
    case 'moves to another session': {
      const [from, to] = window(world);
      const isAnotherTime = kind === 'moves to another time';
      const target = diary
        .slots(practice, from, to)
        .filter(({ state }) => state === 'DESK')
        .find(({ slot: other }) =>
          isAnotherTime
            ? other.slotType === SLOT_TYPE && other.startsAt.getTime() !== slot.startsAt.getTime()
            : other.slotType !== SLOT_TYPE && other.startsAt.getTime() === slot.startsAt.getTime(),
        )?.slot;
      if (target === undefined) return false;
      diary.deskFrees(practice, target.startsAt, target.endsAt, target.slotType);
      return diary.deskMoves(practice, id, target.id);
    }
  }
}

/**
 * Lets desks do something to each booking that stands, while everything works, and waits until all of it is noticed, or should
 * be.
 */
export async function deskDay(world: World, reader: LedgerReader, withinMs: number): Promise<DeskAct[]> {
  const { bookings, events } = await reader.dump();
  const acts = bookings
    .filter(({ state }) => state === 'CONFIRMED')
    .slice(0, MAX_ACTS)
    .flatMap((booking, index): DeskAct[] => {
      const kind = DESK_ACTS[(events.length + index) % DESK_ACTS.length] ?? 'cancels';
      const appointment = appointmentOf(booking, world);
      const at = Date.now();
      return appointment !== undefined && deskDoes(kind, appointment, world)
        ? [{ kind, bookingId: booking.id, at }]
        : [];
    });
  await untilNoticed(acts, reader, withinMs);
  return acts;
}

/** Waits until the ledger has seen something of each act; or no longer. */
export async function untilNoticed(
  acts: readonly DeskAct[],
  reader: LedgerReader,
  withinMs: number,
): Promise<void> {
  const until = Date.now() + withinMs;
  while (Date.now() < until) {
    const { events } = await reader.dump();
    const isSeen = ({ bookingId, at }: DeskAct) =>
      events.some((event) => event.bookingId === bookingId && event.at >= at);
    if (acts.every(isSeen)) return;
    await sleep(LOOK_EVERY_MS);
  }
}

function appointmentOf(
  { practice, patient, startsAt }: Pick<LedgerBooking, 'practice' | 'patient' | 'startsAt'>,
  { simulators, digestOf }: World,
): DiaryAppointment | undefined {
  return simulators.diary
    .appointments()
    .find(
      (one) =>
        one.practice === practice &&
        one.status === 'BOOKED' &&
        one.slot.startsAt.getTime() === startsAt &&
        digestOf(one.patient.nhsNumber) === patient,
    );
}
