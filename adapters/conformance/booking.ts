import type { Patient, Slot } from '../gp-system';
import {
  ACTOR,
  bookCommand,
  callWithin,
  freeSlot,
  hoursAfter,
  type Laboratory,
  newPatient,
  newPractice,
  NOON,
  search,
} from './laboratory';

export function describeBooking(inLab: () => Laboratory): void {
  describe('booking', () => {
    afterEach(() => {
      inLab().simulators.faults.clear();
    });

    it('books a slot once, for the patient, visibly', async () => {
      const { lab, patient, slot, practice } = await ready(inLab());
      const command = bookCommand(slot, patient);
      const outcome = await lab.system.book(command, callWithin(5_000));
      expect(outcome).toMatchObject({ class: 'ACCEPTED' });
      const live = booked(lab, patient);
      expect(live).toHaveLength(1);
      expect(live[0]!.slot.startsAt).toEqual(slot.startsAt);
      const seen = await readBack(lab, patient, slot, command.marker);
      const carriesMarker = lab.system.manifest.capabilities.marker ? true : null;
      expect(seen).toMatchObject([
        { status: 'BOOKED', slotId: slot.id, startsAt: slot.startsAt, carriesMarker },
      ]);
      expect(outcome.class === 'ACCEPTED' && outcome.appointment.id).toBe(seen[0]!.id);
      const still = await search(lab, patient, practice, slot.startsAt, slot.endsAt);
      expect(still.some(({ id }) => id === slot.id)).toBe(false);
    });

    it('refuses a slot that is booked', async () => {
      const { lab, patient, slot } = await ready(inLab());
      const other = newPatient(lab, slot.practice);
      await lab.system.book(bookCommand(slot, patient), callWithin(5_000));
      const second = await lab.system.book(bookCommand(slot, other), callWithin(5_000));
      expect(second).toEqual({ class: 'REJECTED', refusal: 'SLOT_TAKEN' });
      expect(booked(lab, other)).toEqual([]);
    });

    it('lets one of twenty who want the same slot have it', async () => {
      const { lab, slot, practice } = await ready(inLab());
      const people = Array.from({ length: 20 }, () => newPatient(lab, practice));
      const outcomes = await Promise.all(
        people.map((patient) => lab.system.book(bookCommand(slot, patient), callWithin(8_000))),
      );
      expect(lab.simulators.diary.appointments({ practice })).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome.class === 'ACCEPTED')).toHaveLength(1);
      expect(
        outcomes.filter((outcome) => outcome.class === 'REJECTED' && outcome.refusal === 'SLOT_TAKEN'),
      ).toHaveLength(19);
    });

    it('refuses a slot that the desk takes meanwhile', async () => {
      const { lab, patient, slot, practice } = await ready(inLab());
      fault(lab, practice, 'taken-by-desk');
      const outcome = await lab.system.book(bookCommand(slot, patient), callWithin(5_000));
      expect(outcome).toEqual({ class: 'REJECTED', refusal: 'SLOT_TAKEN' });
    });

    it('refuses a slot that is past', async () => {
      const { lab, patient, slot } = await ready(inLab());
      lab.clock.now = hoursAfter(NOON, 7);
      const outcome = await lab.system.book(bookCommand(slot, patient), callWithin(5_000));
      lab.clock.now = NOON;
      expect(outcome).toMatchObject({ class: 'REJECTED' });
      expect(booked(lab, patient)).toEqual([]);
    });

    it('refuses more appointments than the practice allows one patient', async () => {
      const { lab, patient, slot, practice } = await ready(inLab());
      lab.simulators.diary.configure(practice, { bookingLimit: 0 });
      const outcome = await lab.system.book(bookCommand(slot, patient), callWithin(5_000));
      expect(outcome).toMatchObject({ class: 'REJECTED' });
      expect(booked(lab, patient)).toEqual([]);
    });

    it('books for people with any name', async () => {
      const lab = inLab();
      const practice = newPractice();
      const names = { familyName: 'Ó Súilleabháin-Łęcka', givenName: 'Siân "Zoë" <Ẁyn> & D’Arcy' };
      const patient = newPatient(lab, practice, names);
      const slot = await freeSlot(lab, patient, practice);
      const command = { ...bookCommand(slot, patient), reason: 'A <rash> & "fever": sécheresse, 発疹' };
      expect(await lab.system.book(command, callWithin(5_000))).toMatchObject({ class: 'ACCEPTED' });
      const [appointment] = booked(lab, patient);
      const keepsReason = lab.system.manifest.capabilities.reasonMaxLength > 0;
      expect(appointment!.reason?.includes(command.reason) ?? false).toBe(keepsReason);
    });

    it('books with a session renewed where it had expired', async () => {
      const { lab, patient, slot, practice } = await ready(inLab());
      fault(lab, practice, 'session-expired');
      expect(await lab.system.book(bookCommand(slot, patient), callWithin(5_000))).toMatchObject({
        class: 'ACCEPTED',
      });
      expect(booked(lab, patient)).toHaveLength(1);
    });

    it('cancels what it booked, and says so again when asked again', async () => {
      const { lab, patient, slot } = await ready(inLab());
      const outcome = await lab.system.book(bookCommand(slot, patient), callWithin(5_000));
      if (outcome.class !== 'ACCEPTED') throw new Error(outcome.class);
      const command = {
        practice: slot.practice,
        patient,
        actor: ACTOR,
        appointment: outcome.appointment,
        slot,
      };
      expect(await lab.system.cancel(command, callWithin(5_000))).toEqual({ class: 'ACCEPTED' });
      expect(booked(lab, patient)).toEqual([]);
      expect(await lab.system.cancel(command, callWithin(5_000))).toEqual({ class: 'ACCEPTED' });
      expect(await lab.system.book(bookCommand(slot, patient), callWithin(5_000))).toMatchObject({
        class: 'ACCEPTED',
      });
    });

    it('accepts the cancellation of what the desk has cancelled', async () => {
      const { lab, patient, slot, practice } = await ready(inLab());
      const outcome = await lab.system.book(bookCommand(slot, patient), callWithin(5_000));
      if (outcome.class !== 'ACCEPTED') throw new Error(outcome.class);
      lab.simulators.diary.cancel(practice, booked(lab, patient)[0]!.id, 'the desk');
      const command = { practice, patient, actor: ACTOR, appointment: outcome.appointment, slot };
      expect(await lab.system.cancel(command, callWithin(5_000))).toEqual({ class: 'ACCEPTED' });
    });

    it('does not know whether a cancellation happened whose answer is lost', async () => {
      const { lab, patient, slot, practice } = await ready(inLab());
      const outcome = await lab.system.book(bookCommand(slot, patient), callWithin(5_000));
      if (outcome.class !== 'ACCEPTED') throw new Error(outcome.class);
      const order = { supplier: lab.system.manifest.id, practice, operation: 'CANCEL', times: 1 } as const;
      lab.simulators.faults.add({ ...order, fault: { kind: 'reset-after-commit' } });
      const command = { practice, patient, actor: ACTOR, appointment: outcome.appointment, slot };
      expect(await lab.system.cancel(command, callWithin(5_000))).toMatchObject({ class: 'AMBIGUOUS' });
      expect(await lab.system.cancel(command, callWithin(5_000))).toEqual({ class: 'ACCEPTED' });
      expect(booked(lab, patient)).toEqual([]);
    });

    it('writes no identity, credential or free text to any log', async () => {
      const { lab, patient, slot } = await ready(inLab());
      const command = { ...bookCommand(slot, patient), reason: 'Unmistakable words' };
      await lab.system.book(command, callWithin(5_000));
      await readBack(lab, patient, slot, command.marker);
      const log = lab.logged.join('');
      expect(log).toContain('supplier exchange');
      const { nhsNumber, familyName, givenName, birthDate, linkage } = patient;
      for (const secret of [
        nhsNumber,
        familyName,
        givenName,
        birthDate,
        linkage!.userId,
        linkage!.key,
        command.reason,
      ])
        expect(log).not.toContain(secret);
    });
  });
}

async function ready(lab: Laboratory) {
  const practice = newPractice();
  const patient = newPatient(lab, practice);
  return { lab, practice, patient, slot: await freeSlot(lab, patient, practice) };
}

function booked({ simulators }: Laboratory, { nhsNumber }: Patient) {
  return simulators.diary.appointments({ nhsNumber }).filter(({ status }) => status === 'BOOKED');
}

function readBack({ system }: Laboratory, patient: Patient, slot: Slot, marker: string) {
  return system.readBack({ practice: slot.practice, patient, actor: ACTOR, slot, marker }, callWithin(5_000));
}

function fault(lab: Laboratory, practice: Slot['practice'], kind: 'taken-by-desk' | 'session-expired') {
  const order = { supplier: lab.system.manifest.id, practice, operation: 'BOOK', times: 1 } as const;
  lab.simulators.faults.add({ ...order, fault: { kind } });
}
