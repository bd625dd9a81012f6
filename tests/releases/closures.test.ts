import { randomUUID } from 'node:crypto';
import type { Slot } from '../../adapters/gp-system';
import type { OdsCode } from '../../domain/ods-code';
import { londonDate } from '../../domain/london-time';
import type { BookAudience } from '../../domain/release-policy';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { holdSlot } from '../../subgraphs/appointments/booking/hold-slot';
import { searchPractice } from '../../subgraphs/appointments/options/search-practice';
import { practiceBooks } from '../../subgraphs/appointments/releases/practice-books';
import { storedSlotKinds } from '../../subgraphs/appointments/releases/slot-kinds';
import { releasePreview } from '../../subgraphs/practices/release/release-preview';
import { dispositionCatalogue } from '../../subgraphs/triage';
import {
  bookingLaboratory,
  confirmInput,
  freeSlots,
  holdInput,
  newCaller,
  newPractice,
  NOTE,
  offer,
  released,
  type BookingLaboratory,
} from '../booking-laboratory';
import { testDatabases } from '../databases';

const HOUR = 60 * 60_000;
const CONNECTIONS = [{ supplier: 'gp-connect', route: 'NETWORK' as const }];

describe.each(testDatabases())('closing a book for a time, ledger $name', (kind) => {
  let lab: BookingLaboratory;
  beforeAll(async () => {
    lab = await bookingLaboratory(await kind.settings());
  });
  afterAll(() => lab.close());

  async function hold(slot: Slot, caller = newCaller()) {
    return {
      caller,
      answer: await holdSlot(holdInput(offer(caller, slot), caller, lab.deps), caller, lab.deps),
    };
  }

  async function confirm({ caller, answer }: Awaited<ReturnType<typeof hold>>) {
    if (answer.kind !== 'held') throw new Error(`expected a hold, not ${answer.kind}`);
    return confirmBooking(confirmInput(answer.hold.id), caller, lab.deps);
  }

  /** Closes the hours around a slot. */
  function close(
    practice: OdsCode,
    slot: Slot,
    acceptedBookings: number,
    to: BookAudience = 'OTHER_PATIENTS',
  ) {
    const until = new Date(slot.startsAt.getTime() + 60_000);
    const during = { id: randomUUID(), from: slot.startsAt, until, acceptedBookings };
    return lab.deps.releases.change(practice, { kind: 'CLOSE', to, during }, NOTE);
  }

  const policyOf = (practice: OdsCode) => lab.deps.releases.policy(practice);

  async function startsFound(practice: OdsCode, from: Slot, to: Slot): Promise<string[]> {
    const need = { ageInMonths: 72, dispositionId: 'gp-6h', modes: ['IN_PERSON', 'TELEPHONE'] as const };
    const { slots } = await searchPractice(
      { odsCode: practice, distanceMiles: 1, connections: CONNECTIONS, release: await policyOf(practice) },
      {
        relation: 'OTHER',
        search: {
          need: { ...need, deadline: to.startsAt },
          earliest: from.startsAt,
          actor: { kind: 'PATIENT', id: 'test' },
          callerId: null,
          patient: undefined,
          requestId: 'test',
          signal: undefined,
        },
      },
      1_000,
      lab.deps,
    );
    return [...new Set(slots.map(({ startsAt }) => startsAt.toISOString()))];
  }

  async function preview(practice: OdsCode, from: Slot, to = from) {
    const { now } = lab.deps;
    const kinds = storedSlotKinds(lab.database, now, lab.deps.logger);
    const books = practiceBooks({ ...lab.deps, ...lab.deps.ledger, kinds });
    const disposition = dispositionCatalogue().get('gp-6h')!;
    return releasePreview(
      await policyOf(practice),
      {
        disposition,
        ageInMonths: 72,
        relation: 'OTHER',
        mode: null,
        slotType: null,
        from: from.startsAt,
        to: to.startsAt,
      },
      {
        isReachable: books.routes(CONNECTIONS).includes('NETWORK'),
        kinds: [],
        now: now(),
        taken: await books.takenOfQuota(practice, [londonDate(from.startsAt)]),
      },
    );
  }

  /** Two slots at different times, the first of which is to be closed. */
  async function slotsOf(practice: OdsCode): Promise<[Slot, Slot]> {
    const slots = await freeSlots(lab, practice, 12);
    const [first] = slots;
    const later = slots.find(({ startsAt }) => startsAt.getTime() >= first!.startsAt.getTime() + HOUR / 2);
    return [first!, later!];
  }

  test('nothing that starts in it is found, held or confirmed any more, and everything else is', async () => {
    const practice = newPractice();
    const [closed, open] = await slotsOf(practice);
    const before = await hold(closed);
    expect(await startsFound(practice, closed, open)).toContain(open.startsAt.toISOString());
    expect(await close(practice, closed, 0)).toMatchObject({ kind: 'applied' });

    const found = await startsFound(practice, closed, open);
    expect(found).not.toContain(closed.startsAt.toISOString());
    expect(found).toContain(open.startsAt.toISOString());
    expect(await preview(practice, closed)).toEqual({ offered: false, stoppedBy: ['BOOK_CLOSED'] });
    expect(await preview(practice, open)).toEqual({ offered: true, stoppedBy: [] });
    expect((await confirm(before)).kind).not.toBe('booking');
    expect((await hold(closed)).answer.kind).not.toBe('held');
    expect((await confirm(await hold(open))).kind).toBe('booking');
  });

  test('what is booked in it is shown first, stands, and the closing can be taken back', async () => {
    const practice = newPractice();
    const [closed] = await slotsOf(practice);
    const confirmed = await confirm(await hold(closed));
    if (confirmed.kind !== 'booking') throw new Error(`expected a booking, not ${confirmed.kind}`);
    const { reference } = confirmed.booking;

    const unconfirmed = {
      kind: 'unconfirmed',
      bookings: [{ reference, startsAt: closed.startsAt, relation: 'OTHER' }],
    };
    expect(await close(practice, closed, 0)).toEqual(unconfirmed);
    expect(await close(practice, closed, 2)).toEqual(unconfirmed);
    expect((await policyOf(practice)).closures).toEqual([]);
    expect(await close(practice, closed, 1)).toMatchObject({ kind: 'applied' });
    expect((await lab.deps.ledger.findBooking(confirmed.booking.id))?.state).toBe('CONFIRMED');

    const [closure] = (await policyOf(practice)).closures;
    await lab.deps.releases.change(practice, { kind: 'REOPEN', closureId: closure!.id }, NOTE);
    expect((await policyOf(practice)).closures).toEqual([]);
  });

  test('a closing to other practices counts their patients alone', async () => {
    const practice = newPractice();
    const [closed] = await slotsOf(practice);
    const own = newCaller(practice);
    const held = await holdSlot(
      holdInput(offer(own, closed, { relation: 'OWN' }), own, lab.deps),
      own,
      lab.deps,
    );
    expect((await confirm({ caller: own, answer: held })).kind).toBe('booking');
    expect(await close(practice, closed, 0, 'EVERYBODY')).toMatchObject({ kind: 'unconfirmed' });
    expect(await close(practice, closed, 0)).toMatchObject({ kind: 'applied' });
  });

  test('the preview counts what is held towards the quota, as the search does', async () => {
    const practice = newPractice();
    const [first, later] = await slotsOf(practice);
    await released(lab, practice, { dailyQuota: 1 });
    expect(await preview(practice, later)).toEqual({ offered: true, stoppedBy: [] });
    expect((await hold(first)).answer.kind).toBe('held');
    expect(await startsFound(practice, later, later)).toEqual([]);
    expect(await preview(practice, later)).toEqual({ offered: false, stoppedBy: ['DAILY_QUOTA'] });
  });
});
