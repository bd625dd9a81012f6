import { expect } from 'expect';
import type { Manifest } from '../../gp-system';
import {
  ACTOR,
  bookCommand,
  callWithin,
  cancelCommand,
  freeSlots,
  hoursAfter,
  newPatient,
  NOON,
  outcomeInWords,
  probe,
  readyAndBooked,
  ready,
  requests,
  search,
  standing,
  switchOn,
} from '../laboratory';
import type { Requirement } from '../requirement';
import { expectCancelledBefore } from './truth';

const withoutCancel = ({ capabilities }: Manifest) =>
  capabilities.cancel ? null : 'nothing can be cancelled';
const withoutReadBack = ({ capabilities }: Manifest) =>
  capabilities.readBack === 'none' ? 'nothing can be read back' : null;

const TAKEN = outcomeInWords({ class: 'REJECTED', refusal: 'SLOT_TAKEN' });

export const bookingRequirements: readonly Requirement[] = [
  {
    level: 'L2',
    id: 'book.accepted',
    title: 'books a slot once, for the patient, and what is accepted is seen in the book',
    async run(lab) {
      const { practice, patient, slot } = await readyAndBooked(lab);
      const [appointment, ...others] = standing(lab, { practice });
      expect(others).toEqual([]);
      expect(appointment?.patient.nhsNumber).toBe(patient.nhsNumber);
      expect(appointment?.slot.startsAt).toEqual(slot.startsAt);
      expect(requests(lab, 'BOOK')).toBe(1);
      const left = await search(lab, { patient, practice, from: slot.startsAt, to: slot.endsAt });
      expect(left.map(({ id }) => id)).not.toContain(slot.id);
    },
  },
  {
    level: 'L2',
    id: 'book.every-slot',
    title: 'distinguishes the slots of one session, and books the requested one',
    async run(lab) {
      const { practice, patient } = await ready(lab);
      const offered = (await freeSlots(lab, patient, practice)).filter(({ mode }) => mode === 'IN_PERSON');
      for (const slot of offered.slice(0, 3)) {
        const person = newPatient(lab, practice);
        expect(await lab.system.book(bookCommand(lab, slot, person), callWithin(lab))).toMatchObject({
          class: 'ACCEPTED',
        });
        expect(standing(lab, person).map(({ slot: { startsAt } }) => startsAt)).toEqual([slot.startsAt]);
      }
    },
  },
  {
    level: 'L2',
    id: 'read-back.sees-accepted',
    title: 'reads back a booking that it accepted, under the id and version that a cancellation needs',
    notFor: withoutReadBack,
    async run(lab) {
      const { patient, slot, command, appointment } = await readyAndBooked(lab);
      const seen = await lab.system.readBack(probe(slot, patient, command.marker), callWithin(lab));
      const carriesMarker = lab.manifest.capabilities.marker ? true : null;
      expect(seen).toMatchObject([
        { id: appointment.id, status: 'BOOKED', slotId: slot.id, startsAt: slot.startsAt, carriesMarker },
      ]);
      expect(seen[0]?.endsAt).toEqual(slot.endsAt);
      expect(seen[0]?.version !== undefined).toBe(lab.manifest.capabilities.cancelVersioned);
      const other = await lab.system.readBack(probe(slot, patient, 'another-marker'), callWithin(lab));
      expect(other[0]?.carriesMarker ?? null).toBe(lab.manifest.capabilities.marker ? false : null);
    },
  },
  {
    level: 'L2',
    id: 'read-back.sees-cancelled',
    title: 'reads back an appointment that the desk has cancelled, as cancelled, where its manifest says so',
    notFor: withoutReadBack,
    async run(lab) {
      const { practice, patient, slot, command, appointment } = await readyAndBooked(lab);
      lab.simulators.diary.cancel(practice, standing(lab, patient)[0]?.id ?? '', 'the desk');
      const seen = await lab.system.readBack(probe(slot, patient, command.marker), callWithin(lab));
      const cancelled = [{ id: appointment.id, status: 'CANCELLED' }];
      expect(seen).toMatchObject(lab.manifest.capabilities.readBackOfCancelled ? cancelled : []);
    },
  },
  {
    level: 'L2',
    id: 'read-back.own-only',
    title: 'reads back nobody else’s appointments',
    notFor: withoutReadBack,
    async run(lab) {
      const { practice, slot, command } = await readyAndBooked(lab);
      const other = newPatient(lab, practice);
      expect(await lab.system.readBack(probe(slot, other, command.marker), callWithin(lab))).toEqual([]);
    },
  },
  {
    level: 'L2',
    id: 'read-back.past',
    title:
      'reads back a past day, or fails where its manifest says that it cannot, rather than return an empty list',
    notFor: withoutReadBack,
    async run(lab) {
      const { patient, slot, command } = await readyAndBooked(lab);
      lab.clock.now = hoursAfter(NOON, 48);
      const reading = lab.system.readBack(probe(slot, patient, command.marker), callWithin(lab));
      if (lab.manifest.capabilities.readBackOfPast)
        expect(await reading).toMatchObject([{ slotId: slot.id }]);
      else await expect(reading).rejects.toMatchObject({ name: 'SupplierError' });
    },
  },
  {
    level: 'L2',
    id: 'read-back.absent',
    title: 'refuses to read back, and sends nothing, where its manifest says that it cannot',
    notFor: ({ capabilities }) => (capabilities.readBack === 'none' ? null : 'read-back is declared'),
    async run(lab) {
      const { patient, slot } = await ready(lab);
      const before = requests(lab);
      const reading = lab.system.readBack(probe(slot, patient, 'none'), callWithin(lab));
      await expect(reading).rejects.toMatchObject({ fault: 'NOT_PERMITTED', mayHaveBeenSent: false });
      expect(requests(lab)).toBe(before);
    },
  },
  {
    level: 'L2',
    id: 'book.taken',
    title: 'refuses a slot that is booked, and one that the desk takes meanwhile, as taken',
    async run(lab) {
      const { practice, slot } = await readyAndBooked(lab);
      const other = newPatient(lab, practice);
      const taken = { class: 'REJECTED', refusal: 'SLOT_TAKEN' };
      expect(await lab.system.book(bookCommand(lab, slot, other), callWithin(lab))).toEqual(taken);
      expect(standing(lab, other)).toEqual([]);
      const next = (await freeSlots(lab, other, practice))[0];
      if (!next) throw new Error('The book is full.');
      switchOn(lab, { kind: 'taken-by-desk' }, { practice, operation: 'BOOK', times: 1 });
      expect(await lab.system.book(bookCommand(lab, next, other), callWithin(lab))).toEqual(taken);
    },
  },
  {
    level: 'L2',
    id: 'book.one-of-twenty',
    title: 'books a slot for exactly one of twenty patients who book it at once',
    async run(lab) {
      const { practice, slot } = await ready(lab);
      const people = Array.from({ length: 20 }, () => newPatient(lab, practice));
      const outcomes = await Promise.all(
        people.map((patient) => lab.system.book(bookCommand(lab, slot, patient), callWithin(lab))),
      );
      expect(outcomes.map(outcomeInWords).sort()).toEqual(['ACCEPTED', ...Array<string>(19).fill(TAKEN)]);
      expect(standing(lab, { practice })).toHaveLength(1);
    },
  },
  {
    level: 'L2',
    id: 'book.past',
    title: 'refuses a slot that has begun, as past, by either clock',
    async run(lab) {
      const { patient, slot } = await ready(lab);
      lab.clock.now = hoursAfter(NOON, 7);
      const ours = await lab.system.book(bookCommand(lab, slot, patient), callWithin(lab));
      expect(ours).toEqual({ class: 'REJECTED', refusal: 'SLOT_IN_PAST' });
      expect(requests(lab, 'BOOK')).toBe(0);
      // Our clock is slow: only the supplier's knows.
      lab.clock.now = new Date(slot.startsAt.getTime() + 60_000);
      lab.clock.skewMs = -120_000;
      const theirs = await lab.system.book(bookCommand(lab, slot, patient), callWithin(lab));
      expect(theirs).toMatchObject({ class: 'REJECTED' });
      expect(theirs).not.toMatchObject({ refusal: 'SLOT_TAKEN' });
      expect(standing(lab, patient)).toEqual([]);
    },
  },
  {
    level: 'L2',
    id: 'book.limit',
    title: 'refuses more appointments than the practice allows one patient, and not as taken',
    async run(lab) {
      const { practice, patient, slot } = await ready(lab);
      lab.simulators.diary.configure(practice, { bookingLimit: 0 });
      const outcome = await lab.system.book(bookCommand(lab, slot, patient), callWithin(lab));
      expect(outcome).toMatchObject({ class: 'REJECTED' });
      expect(outcome).not.toMatchObject({ refusal: 'SLOT_TAKEN' });
      expect(standing(lab, patient)).toEqual([]);
    },
  },
  {
    level: 'L2',
    id: 'book.unknown-slot',
    title: 'refuses a slot that does not exist, and not as taken',
    async run(lab) {
      const { patient, slot } = await ready(lab);
      const elsewhere = newPatient(lab, patient.linkage?.practice ?? slot.practice);
      // The practice has withdrawn it: nothing stands at that time.
      lab.simulators.diary.withdraw(slot.practice, slot.startsAt, slot.endsAt);
      const outcome = await lab.system.book(bookCommand(lab, slot, elsewhere), callWithin(lab));
      expect(outcome).toMatchObject({ class: 'REJECTED' });
      expect(outcome).not.toMatchObject({ refusal: 'SLOT_TAKEN' });
    },
  },
  {
    level: 'L2',
    id: 'book.words',
    title: 'sends no more of the patient’s words than the manifest allows',
    async run(lab) {
      const { patient, slot } = await ready(lab);
      const { reasonMaxLength } = lab.manifest.capabilities;
      const reason = `begin${'x'.repeat(reasonMaxLength)}end`;
      await lab.system.book({ ...bookCommand(lab, slot, patient), reason }, callWithin(lab));
      const sent = lab.wire
        .map(({ request }) => decodeURIComponent(request.query.toString()) + request.body)
        .join();
      expect(sent.includes('begin')).toBe(reasonMaxLength > 0);
      expect(sent).not.toContain('xend');
    },
  },
  {
    level: 'L2',
    id: 'book.idempotency',
    title: 'keeps one appointment when the same attempt is sent twice, and says so as its manifest declares',
    async run(lab) {
      const { practice, command } = await readyAndBooked(lab);
      const again = await lab.system.book(command, callWithin(lab));
      expect(standing(lab, { practice })).toHaveLength(1);
      if (lab.manifest.capabilities.bookIdempotency === 'none')
        expect(again).toEqual({ class: 'REJECTED', refusal: 'SLOT_TAKEN' });
      // Recognised: the appointment is there, and to say "taken" would be wrong.
      else expect(again.class).toMatch(/^(ACCEPTED|AMBIGUOUS)$/);
    },
  },
  {
    level: 'L2',
    id: 'cancel.accepted',
    title: 'cancels its booking, answers the same cancellation again truly, and the slot is free again',
    notFor: withoutCancel,
    async run(lab) {
      const { patient, slot, appointment } = await readyAndBooked(lab);
      const cancel = () => lab.system.cancel(cancelCommand(slot, patient, appointment), callWithin(lab));
      expect(await cancel()).toEqual({ class: 'ACCEPTED' });
      expect(standing(lab, patient)).toEqual([]);
      expectCancelledBefore(lab, await cancel());
      expect(await lab.system.checkSlot({ slot, actor: ACTOR, patient }, callWithin(lab))).toBe('FREE');
      expect(await lab.system.book(bookCommand(lab, slot, patient), callWithin(lab))).toMatchObject({
        class: 'ACCEPTED',
      });
    },
  },
  {
    level: 'L2',
    id: 'cancel.by-desk',
    title:
      'accepts the cancellation of an appointment that the desk has cancelled, or says that it is not there',
    notFor: withoutCancel,
    async run(lab) {
      const { practice, patient, slot, appointment } = await readyAndBooked(lab);
      lab.simulators.diary.cancel(practice, standing(lab, patient)[0]?.id ?? '', 'the desk');
      const outcome = await lab.system.cancel(cancelCommand(slot, patient, appointment), callWithin(lab));
      expectCancelledBefore(lab, outcome);
    },
  },
  {
    level: 'L2',
    id: 'cancel.moved',
    title: 'cancels nothing, and says so, where the desk has moved the appointment to another slot',
    notFor: withoutCancel,
    async run(lab) {
      const { practice, patient, slot, appointment } = await readyAndBooked(lab);
      const booked = standing(lab, patient)[0];
      const target = lab.simulators.diary
        .freeSlots(practice, hoursAfter(NOON, 2), hoursAfter(NOON, 4), { route: 'PATIENT_SESSION' })
        .at(-1);
      expect(lab.simulators.diary.deskMoves(practice, booked?.id ?? '', target?.id ?? -1)).toBe(true);
      const outcome = await lab.system.cancel(cancelCommand(slot, patient, appointment), callWithin(lab));
      expect(outcome).toMatchObject({ class: 'REJECTED' });
      expect(standing(lab, patient)).toHaveLength(1);
    },
  },
  {
    level: 'L2',
    id: 'cancel.past',
    title: 'does not cancel an appointment that has begun, by either clock',
    notFor: withoutCancel,
    async run(lab) {
      const { patient, slot, appointment } = await readyAndBooked(lab);
      const cancel = () => lab.system.cancel(cancelCommand(slot, patient, appointment), callWithin(lab));
      lab.clock.now = hoursAfter(NOON, 7);
      expect(await cancel()).toEqual({ class: 'REJECTED', refusal: 'TOO_LATE' });
      // Our clock is slow: only the supplier's knows, and not every one says why it refuses.
      lab.clock.now = new Date(slot.startsAt.getTime() + 60_000);
      lab.clock.skewMs = -120_000;
      const theirs = await cancel();
      expect(theirs).toMatchObject({ class: 'REJECTED' });
      expect(theirs).not.toMatchObject({ refusal: 'NOT_FOUND' });
      expect(standing(lab, patient)).toHaveLength(1);
    },
  },
  {
    level: 'L2',
    id: 'cancel.cut-off',
    title: 'cancels until the cut-off that its manifest states, and says that it is too late after it',
    notFor: withoutCancel,
    async run(lab) {
      const { patient, slot, appointment } = await readyAndBooked(lab);
      const { cancelCutOffMinutes } = lab.manifest.capabilities;
      const beforeStart = (minutes: number) => new Date(slot.startsAt.getTime() - minutes * 60_000);
      const cancel = () => lab.system.cancel(cancelCommand(slot, patient, appointment), callWithin(lab));
      if (cancelCutOffMinutes > 0) {
        lab.clock.now = beforeStart(cancelCutOffMinutes - 1);
        const late = await cancel();
        expect({ afterCutOff: late }).toEqual({ afterCutOff: { class: 'REJECTED', refusal: 'TOO_LATE' } });
        expect(standing(lab, patient)).toHaveLength(1);
      }
      lab.clock.now = beforeStart(cancelCutOffMinutes + 1);
      expect({ beforeCutOff: await cancel() }).toEqual({ beforeCutOff: { class: 'ACCEPTED' } });
      expect(standing(lab, patient)).toEqual([]);
    },
  },
  {
    level: 'L2',
    id: 'cancel.version',
    title: 'needs no version where its manifest declares none, and is not misled by an old one',
    notFor: withoutCancel,
    async run(lab) {
      const { patient, slot, appointment } = await readyAndBooked(lab);
      const { cancelVersioned } = lab.manifest.capabilities;
      const versions = { declared: cancelVersioned, named: appointment.version !== undefined };
      expect(versions).toEqual({ declared: cancelVersioned, named: cancelVersioned });
      const old = { id: appointment.id, ...(cancelVersioned && { version: '0' }) };
      const outcome = await lab.system.cancel(cancelCommand(slot, patient, old), callWithin(lab));
      // With an old version it is looked up, and cancelled where it stands on the same slot.
      expect({ underOldVersion: outcome }).toEqual({ underOldVersion: { class: 'ACCEPTED' } });
      expect(standing(lab, patient)).toEqual([]);
    },
  },
  {
    level: 'L2',
    id: 'cancel.absent',
    title: 'refuses to cancel, and sends nothing, where its manifest says that it cannot',
    notFor: ({ capabilities }) => (capabilities.cancel ? 'cancellation is declared' : null),
    async run(lab) {
      const { patient, slot, appointment } = await readyAndBooked(lab);
      const before = requests(lab);
      const outcome = await lab.system.cancel(cancelCommand(slot, patient, appointment), callWithin(lab));
      expect(outcome).toEqual({ class: 'REJECTED', refusal: 'NOT_PERMITTED' });
      expect(requests(lab)).toBe(before);
    },
  },
];
