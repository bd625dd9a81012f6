import { expect } from 'expect';
import type { OdsCode } from '../../../domain/ods-code';
import type { BookCommand, Manifest, Patient, Slot } from '../../gp-system';
import type { SimulatedOperation } from '../../simulator/injected-faults';
import {
  bookCommand,
  callWithin,
  cancelCommand,
  freeSlots,
  hoursAfter,
  type Laboratory,
  newPatient,
  newPractice,
  NOON,
  outcomeInWords,
  probe,
  ready,
  readyAndBooked,
  search,
  settle,
  standing,
  switchOn,
} from '../laboratory';
import type { Requirement } from '../requirement';
import { wordsOf } from './truth';

const withoutReadBack = ({ capabilities }: Manifest) =>
  capabilities.readBack === 'none' ? 'nothing can be read back' : null;
const withoutCancel = ({ capabilities }: Manifest) =>
  capabilities.cancel ? null : 'nothing can be cancelled';

type Pair = readonly [string, string];
const ONE_PERSON: readonly Pair[] = [
  ['Mary-Jane', 'Mary Jane'],
  ['Jean-Luc', 'Jean Luc'],
  ['Wei Ling', 'Weiling'],
  ['Åse', 'Ase'],
  ['Łukasz', 'Lukasz'],
  ['Zoë Mary', 'ZOE'],
];
const TWO_PEOPLE: readonly Pair[] = [
  ['Jean-Luc', 'Jean-Paul'],
  ['Mary Jane', 'Jane Mary'],
  ['Jo', 'Joanna'],
];

function inBothDirections(pairs: readonly Pair[]): Pair[] {
  return pairs.flatMap(([one, other]): Pair[] => [
    [one, other],
    [other, one],
  ]);
}

/** Every field of a booking command is in the supplier's own book, or the manifest says that it is not carried. */
const fieldRequirements: readonly Requirement[] = [
  {
    level: 'L2',
    id: 'command.contact-phone',
    title:
      'passes the telephone number on to the practice, whole, for every mode, and for known and new patients',
    notFor: ({ capabilities }) => (capabilities.contactPhone ? null : 'no number is passed on'),
    async run(lab) {
      const practice = newPractice(lab);
      const known = newPatient(lab, practice);
      const slots = await freeSlots(lab, known, practice);
      const ofModes = [...new Map(slots.map((slot) => [slot.mode, slot])).values()];
      const people = lab.manifest.route === 'NETWORK' ? [known, stranger(lab)] : [known];
      expect(ofModes.map(({ mode }) => mode)).toContain('TELEPHONE');
      for (const slot of ofModes)
        for (const patient of people) {
          const command = { ...bookCommand(lab, slot, patient), contactPhone: '+44 (0)7700 900-123' };
          const words = await wordsInBook(lab, command);
          expect({ mode: slot.mode, isNew: patient !== known, words }).toMatchObject({
            words: expect.stringContaining('+44 (0)7700 900-123') as unknown,
          });
        }
    },
  },
  {
    level: 'L2',
    id: 'command.reason',
    title: 'passes the patient’s words on beside a telephone number, as many as the manifest says',
    notFor: ({ capabilities }) =>
      capabilities.reasonMaxLength === 0 ? 'the patient’s words are not passed on' : null,
    async run(lab) {
      const { patient, slot } = await ready(lab);
      const reason = 'w'.repeat(lab.manifest.capabilities.reasonMaxLength);
      const words = await wordsInBook(lab, { ...bookCommand(lab, slot, patient), reason });
      expect(words).toContain(reason);
    },
  },
  {
    level: 'L2',
    id: 'command.marker',
    title: 'keeps the marker in the book, beside all other words',
    notFor: ({ capabilities }) => (capabilities.marker ? null : 'no marker is kept'),
    async run(lab) {
      const { patient, slot } = await ready(lab);
      const reason = 'w'.repeat(lab.manifest.capabilities.reasonMaxLength);
      const command = { ...bookCommand(lab, slot, patient), reason };
      expect(await wordsInBook(lab, command)).toContain(command.marker);
    },
  },
  {
    level: 'L2',
    id: 'command.patient',
    title: 'names the patient to a practice that has never seen them, as they name themselves',
    notFor: ({ route }) => (route === 'NETWORK' ? null : 'only patients linked to the practice are served'),
    async run(lab) {
      const { slot } = await ready(lab);
      for (const givenName of ['Mary Jane', 'Zoë-Ann']) {
        const patient = { ...stranger(lab), familyName: 'Ó Súilleabháin', givenName };
        await wordsInBook(lab, bookCommand(lab, slot, patient));
        const { nhsNumber, familyName, birthDate } = patient;
        expect(lab.simulators.diary.patient(slot.practice, nhsNumber)).toMatchObject({
          ...{ nhsNumber, familyName, givenName, birthDate },
        });
      }
    },
  },
  {
    level: 'L2',
    id: 'command.names-spelt',
    title:
      'knows a patient whom the practice spells otherwise, and nobody else for them where names are compared',
    async run(lab) {
      const { practice, slot } = await ready(lab);
      const wrong: string[] = [];
      const book = async (ours: string, theirs: string, change: Partial<Patient> = {}) => {
        const patient = newPatient(lab, practice, { familyName: 'Sørensen', givenName: ours });
        const { linkage } = patient;
        const record = { ...patient, familyName: 'Sorensen', givenName: theirs, ...change };
        lab.simulators.diary.registerPatient(practice, {
          ...record,
          linkage: linkage && { userId: linkage.userId, key: linkage.key },
        });
        const outcome = await lab.system.book(bookCommand(lab, slot, patient), callWithin(lab));
        await settle(lab);
        clear(lab, practice);
        return outcome.class;
      };
      for (const [ours, theirs] of inBothDirections(ONE_PERSON))
        if ((await book(ours, theirs)) !== 'ACCEPTED') wrong.push(`${ours} is not known as ${theirs}`);
      const compares = (await book('Ada', 'Berta', { familyName: 'Other' })) !== 'ACCEPTED';
      for (const [ours, theirs] of compares ? inBothDirections(TWO_PEOPLE) : [])
        if ((await book(ours, theirs)) === 'ACCEPTED') wrong.push(`${ours} is taken for ${theirs}`);
      expect(wrong).toEqual([]);
    },
  },
  {
    level: 'L2',
    id: 'command.attempt',
    title: 'sends the attempt’s id as the key by which a repetition is recognised',
    notFor: ({ capabilities }) =>
      capabilities.bookIdempotency === 'none' ? 'no repetition is recognised' : null,
    async run(lab) {
      const { command } = await readyAndBooked(lab);
      const sent = lab.wire.filter(({ target }) => target.operation === 'BOOK').map(({ request }) => request);
      expect(JSON.stringify(sent.map(({ headers, body }) => [headers, body]))).toContain(command.attemptId);
    },
  },
];

/** Books, reads all the words that the desk sees, and frees the slot again. */
async function wordsInBook(lab: Laboratory, command: BookCommand): Promise<string> {
  const outcome = await lab.system.book(command, callWithin(lab));
  expect(outcomeInWords(outcome)).toBe('ACCEPTED');
  await settle(lab);
  const [appointment] = standing(lab, command.patient);
  clear(lab, command.slot.practice);
  return appointment ? wordsOf(appointment) : '';
}

/** Returns somebody whom no practice knows, and the national register does. */
function stranger(lab: Laboratory): Patient {
  return { ...newPatient(lab, newPractice(lab)), linkage: undefined };
}

function clear(lab: Laboratory, practice: OdsCode): void {
  for (const { id } of standing(lab, { practice })) lab.simulators.diary.cancel(practice, id, 'the desk');
}

/** The replies that a booking may get in place of its own, and what they name that is another. */
type Another = 'patient' | 'slot' | 'state';

const yesRequirements: readonly Requirement[] = [
  ...(['patient', 'slot', 'state'] as const).map((another): Requirement => ({
    level: 'L2',
    id: `acceptance.names-${another}`,
    title: `takes no reply for a yes that names another ${another}, as far as the supplier’s replies name it`,
    notFor: another === 'state' ? withoutCancel : () => null,
    async run(lab) {
      const practice = newPractice(lab);
      const [patient, other] = [newPatient(lab, practice), newPatient(lab, practice)];
      const [slot, elsewhere] = await freeSlots(lab, patient, practice);
      if (!slot || !elsewhere) throw new Error('The book is full.');
      // The one that says yes: that of a booking which is an operation only names the operation.
      const isOperation = lab.manifest.capabilities.bookReply === 'operation' && another !== 'state';
      const at = isOperation ? 'POLL' : 'BOOK';
      const yesTo = (where: Slot, who: Patient) => booked(lab, { slot: where, patient: who }, at);
      const [own, again] = [await yesTo(slot, patient), await yesTo(slot, patient)];
      const reply = {
        patient: () => yesTo(slot, other),
        slot: () => yesTo(elsewhere, patient),
        state: () => cancelled(lab, slot, patient),
      }[another];
      await expectUnbelieved(lab, { slot, patient }, { own, again, reply: await reply(), at }, another);
    },
  })),
  {
    level: 'L2',
    id: 'cancellation.names-patient',
    title:
      'takes no reply for a cancellation that is another patient’s, as far as the supplier’s replies name it',
    notFor: withoutCancel,
    async run(lab) {
      const { practice, patient, slot } = await ready(lab);
      const [own, again] = [await cancelled(lab, slot, patient), await cancelled(lab, slot, patient)];
      const body = await cancelled(lab, slot, newPatient(lab, practice));
      if (!tellsApart(own, again, body)) return;
      const outcome = await lab.system.book(bookCommand(lab, slot, patient), callWithin(lab));
      if (outcome.class !== 'ACCEPTED') throw new Error(outcomeInWords(outcome));
      switchOn(lab, { kind: 'replaced', body }, { practice, operation: 'CANCEL', times: 1 });
      const command = cancelCommand(slot, patient, outcome.appointment);
      expect((await lab.system.cancel(command, callWithin(lab))).class).toBe('AMBIGUOUS');
    },
  },
  {
    level: 'L2',
    id: 'read-back.names-patient',
    title: 'takes no appointment of another patient for its own, as far as the supplier’s replies name them',
    notFor: withoutReadBack,
    async run(lab) {
      const { practice, patient, slot } = await ready(lab);
      const listed = async (who: Patient) => {
        const command = bookCommand(lab, slot, who);
        await lab.system.book(command, callWithin(lab));
        await settle(lab);
        await lab.system.readBack(probe(slot, who, command.marker, command.attemptId), callWithin(lab));
        clear(lab, practice);
        return replyTo(lab, 'READ');
      };
      const other = newPatient(lab, practice);
      const body = await listed(other);
      const names = [other.nhsNumber, lab.simulators.diary.patient(practice, other.nhsNumber)?.id ?? ''];
      if (!names.some((name) => body.includes(name))) return;
      switchOn(lab, { kind: 'replaced', body }, { practice, operation: 'READ' });
      const reading = lab.system.readBack(probe(slot, patient, 'none'), callWithin(lab));
      await expect(reading).rejects.toMatchObject({ name: 'SupplierError' });
    },
  },
  {
    level: 'L2',
    id: 'read-back.hidden',
    title: 'never takes a patient whom the practice has since hidden for one without appointments',
    notFor: withoutReadBack,
    async run(lab) {
      const { practice, patient, slot, command } = await readyAndBooked(lab);
      await settle(lab);
      lab.simulators.diary.registerPatient(practice, { ...patient, sensitive: true });
      const seen = await lab.system
        .readBack(probe(slot, patient, command.marker, command.attemptId), callWithin(lab))
        .catch((error: unknown) => error);
      if (seen instanceof Error) expect(seen).toMatchObject({ name: 'SupplierError' });
      else expect(seen).toMatchObject([{ slotId: slot.id, status: 'BOOKED' }]);
    },
  },
  {
    level: 'L2',
    id: 'read-back.moved-beside',
    title:
      'tells that the desk has moved somebody to another session at the same time, and cancels them there',
    notFor: (manifest) => withoutReadBack(manifest) ?? withoutCancel(manifest),
    async run(lab) {
      const { practice, patient, slot, command } = await readyAndBooked(lab);
      await settle(lab);
      const { diary } = lab.simulators;
      const [own] = standing(lab, patient);
      const beside = diary
        .slots(practice, slot.startsAt, new Date(slot.startsAt.getTime() + 3_600_000))
        .map((one) => one.slot)
        .find((one) => +one.startsAt === +slot.startsAt && one.session.id !== own?.slot.session.id);
      if (!beside) throw new Error('The book has one session only at this time.');
      expect(diary.deskMoves(practice, standing(lab, patient)[0]?.id ?? '', beside.id)).toBe(true);
      const [seen, ...others] = await lab.system.readBack(
        probe(slot, patient, command.marker, command.attemptId),
        callWithin(lab),
      );
      expect(others).toEqual([]);
      if (!seen) throw new Error('What the desk has moved beside is not read back.');
      expect(seen.slotId).not.toBe(slot.id);
      // As far as the supplier tells them.
      expect({ mode: beside.mode, sessionName: beside.session.name, ...told(seen) }).toMatchObject({
        mode: beside.mode,
        sessionName: beside.session.name,
      });
      if (seen.clinicianName !== undefined && beside.session.clinician)
        expect(seen.clinicianName).toContain(beside.session.clinician.familyName);
      const { slotId: id, startsAt, endsAt } = seen;
      const cancel = cancelCommand({ ...slot, id, startsAt, endsAt }, patient, seen);
      expect(await lab.system.cancel(cancel, callWithin(lab))).toEqual({ class: 'ACCEPTED' });
      expect(standing(lab, patient)).toEqual([]);
    },
  },
  {
    level: 'L2',
    id: 'read-back.moved-days',
    title: 'reads back an appointment that the desk has moved to another day, before or after',
    notFor: withoutReadBack,
    async run(lab) {
      for (const days of [-10, 10]) {
        const { slot, patient, command } = await bookedAhead(lab);
        const { diary } = lab.simulators;
        const [from, to] = [hoursAfter(slot.startsAt, 24 * days), hoursAfter(slot.startsAt, 24 * days + 2)];
        diary.deskFrees(slot.practice, from, to);
        const [target] = diary.freeSlots(slot.practice, from, to, { route: 'PATIENT_SESSION' });
        const [own] = standing(lab, patient);
        if (!target || !own || !diary.deskMoves(slot.practice, own.id, target.id))
          throw new Error('The desk cannot move the appointment.');
        const asked = probe(slot, patient, command.marker, command.attemptId);
        const seen = await lab.system.readBack(asked, callWithin(lab));
        expect({ days, seen: seen.map(({ startsAt, status }) => ({ startsAt, status })) }).toEqual({
          days,
          seen: [{ startsAt: target.startsAt, status: 'BOOKED' }],
        });
      }
    },
  },
];

const AHEAD_HOURS = 12 * 24;

/** Books far enough ahead for the desk to move it to an earlier day that is still to come. */
async function bookedAhead(lab: Laboratory) {
  const practice = newPractice(lab);
  const patient = newPatient(lab, practice);
  const [from, to] = [hoursAfter(NOON, AHEAD_HOURS), hoursAfter(NOON, AHEAD_HOURS + 2)];
  lab.simulators.diary.deskFrees(practice, from, to);
  const found = await search(lab, { patient, practice, from, to });
  const slot = found.find(({ slotType }) => slotType === '111 urgent');
  if (!slot) throw new Error('The search finds no free slot, though the desk has made room.');
  const command = bookCommand(lab, slot, patient);
  expect(outcomeInWords(await lab.system.book(command, callWithin(lab)))).toBe('ACCEPTED');
  await settle(lab);
  return { slot, patient, command };
}

function told(seen: Pick<Slot, 'sessionName'> & { mode?: Slot['mode'] | undefined }) {
  const { mode, sessionName } = seen;
  return { ...(mode !== undefined && { mode }), ...(sessionName !== undefined && { sessionName }) };
}

/** The reply that says yes to a booking; the slot is free again afterwards. */
async function booked(
  lab: Laboratory,
  { slot, patient }: Pick<BookCommand, 'slot' | 'patient'>,
  at: SimulatedOperation,
): Promise<string> {
  await wordsInBook(lab, bookCommand(lab, slot, patient));
  return replyTo(lab, at);
}

/** The reply to a cancellation. */
async function cancelled(lab: Laboratory, slot: Slot, patient: Patient): Promise<string> {
  const outcome = await lab.system.book(bookCommand(lab, slot, patient), callWithin(lab));
  if (outcome.class !== 'ACCEPTED') throw new Error(outcomeInWords(outcome));
  await settle(lab);
  await lab.system.cancel(cancelCommand(slot, patient, outcome.appointment), callWithin(lab));
  return replyTo(lab, 'CANCEL');
}

function replyTo({ wire, manifest }: Laboratory, operation: SimulatedOperation): string {
  const replies = wire.flatMap(({ supplier, target, reply }) =>
    supplier === manifest.id && target.operation === operation && reply ? [reply.body] : [],
  );
  return replies.at(-1) ?? '';
}

async function expectUnbelieved(
  lab: Laboratory,
  { slot, patient }: { slot: Slot; patient: Patient },
  { own, again, reply: body, at }: { own: string; again: string; reply: string; at: SimulatedOperation },
  another: Another,
): Promise<void> {
  if (!tellsApart(own, again, body)) return;
  // However often it is asked: one that repeats under its key, or looks again, would be told the truth otherwise.
  switchOn(lab, { kind: 'replaced', body }, { practice: slot.practice, operation: at });
  const outcome = await lab.system.book(bookCommand(lab, slot, patient), callWithin(lab));
  expect({ named: `another ${another}`, outcome: outcome.class }).toEqual({
    named: `another ${another}`,
    outcome: 'AMBIGUOUS',
  });
}

/**
 * Tells whether a reply says anything other than our own would have: in a place where two of our own, for the same patient and
 * slot, say the same.
 */
function tellsApart(own: string, again: string, other: string): boolean {
  const [ours, theirs] = [own.split('"'), other.split('"')];
  // A list may begin with what was cancelled before.
  const oursAgain = again.split('"').slice(-ours.length);
  if (oursAgain.length !== ours.length || ours.length !== theirs.length) return true;
  return ours.some((part, index) => part === oursAgain[index] && part !== theirs[index]);
}

export const commandRequirements: readonly Requirement[] = [...fieldRequirements, ...yesRequirements];
