import { randomUUID } from 'node:crypto';
import type { OdsCode } from '../../domain/ods-code';
import { type Books, diaryBooks } from './diary-books';
import type {
  Audience,
  BookingRequest,
  BookingResult,
  CancelResult,
  DiaryAppointment,
  DiaryChange,
  DiaryPatient,
  DiarySlot,
  NewPatient,
  PracticeSettings,
  SlotState,
} from './diary-records';
import { type DiaryPlan, seedDiary, SLOT_TYPES } from './seed-diary';

/**
 * The appointment books behind all simulated suppliers: the truth that tests look at. Every change is synchronous,
 * so that two bookings of one slot cannot interleave. Slots run round the clock, every day.
 */
export interface Diary {
  /** Registers, or replaces the details of, one person at one practice. */
  registerPatient(
    practice: OdsCode,
    patient: NewPatient,
    registration?: DiaryPatient['registration'],
  ): DiaryPatient;
  patient(practice: OdsCode, nhsNumber: string): DiaryPatient | undefined;
  patientById(practice: OdsCode, id: string): DiaryPatient | undefined;
  patientByLinkage(practice: OdsCode, userId: string): DiaryPatient | undefined;

  /** Free slots released to the audience that lie wholly inside the range. */
  freeSlots(practice: OdsCode, from: Date, to: Date, audience: Audience): DiarySlot[];
  slots(practice: OdsCode, from: Date, to: Date): { slot: DiarySlot; state: SlotState }[];
  slot(practice: OdsCode, id: number): DiarySlot | undefined;
  isFree(slot: DiarySlot): boolean;
  /** Says how many people the time takes, and how many more: more than one in a group clinic. */
  places(slot: DiarySlot): { all: number; left: number };

  book(request: BookingRequest): BookingResult;
  cancel(practice: OdsCode, appointmentId: string, by: string, reason?: string): CancelResult;
  /** Changes the words on an appointment that is still ahead; null where there is none. */
  amend(
    practice: OdsCode,
    appointmentId: string,
    words: { description?: string | undefined; comment?: string | undefined },
  ): DiaryAppointment | null;
  appointment(practice: OdsCode, id: string): DiaryAppointment | undefined;
  /** Returns all of one patient's at one practice, cancelled and past ones included. */
  appointmentsOf(patient: DiaryPatient): DiaryAppointment[];
  /** The truth across practices, for tests and the control API. */
  appointments(filter?: {
    nhsNumber?: string | undefined;
    practice?: OdsCode | undefined;
  }): DiaryAppointment[];

  /** The desk fills the book; returns how many slots it took. */
  deskTakes(practice: OdsCode, from: Date, to: Date, slotType?: string): number;
  /** The desk frees what it had taken itself; bookings stay. */
  deskFrees(practice: OdsCode, from: Date, to: Date, slotType?: string): number;
  /** The practice takes free slots out of its book; returns how many. They are no longer known. */
  withdraw(practice: OdsCode, from: Date, to: Date): number;
  deskTakesSlot(practice: OdsCode, slotId: number): boolean;
  deskMoves(practice: OdsCode, appointmentId: string, toSlotId: number): boolean;

  settings(practice: OdsCode): PracticeSettings;
  configure(practice: OdsCode, settings: Partial<PracticeSettings>): void;
}

const DAY = 86_400_000;

export interface DiaryOptions {
  now: () => Date;
  plan?: DiaryPlan;
  /** The changes that the diary starts from. */
  earlier?: readonly DiaryChange[];
  /** Receives every change, all of one act at once, before any of it counts: where it throws, nothing has changed. */
  keep?: (changes: readonly DiaryChange[]) => void;
}

/** The books of all practices, and the one way to change them. */
interface State {
  now: () => Date;
  plan: DiaryPlan;
  books: Books;
  record(changes: readonly DiaryChange[]): void;
}

/** Makes a diary in memory. */
export function diary({ now, plan = seedDiary(), earlier = [], keep }: DiaryOptions): Diary {
  const books = diaryBooks();
  for (const change of earlier) books.apply(change);
  const state: State = {
    now,
    plan,
    books,
    record(changes) {
      if (changes.length > 0) keep?.(changes);
      for (const change of changes) books.apply(change);
    },
  };
  return { ...patients(state), ...slots(state), ...appointments(state), ...desk(state), ...settings(state) };
}

function patients({ books, record }: State) {
  const all = (practice: OdsCode) => [...books.of(practice).patients.values()];
  return {
    registerPatient(practice, patient, registration = 'REGULAR') {
      const id = books.of(practice).patients.get(patient.nhsNumber)?.id ?? randomUUID();
      const registered = { ...patient, id, practice, registration };
      record([{ kind: 'patient', patient: registered }]);
      return registered;
    },
    patient: (practice, nhsNumber) => books.of(practice).patients.get(nhsNumber),
    patientById: (practice, id) => all(practice).find((one) => one.id === id),
    patientByLinkage: (practice, userId) => all(practice).find((one) => one.linkage?.userId === userId),
  } satisfies Partial<Diary>;
}

function slots(state: State) {
  const { plan } = state;
  return {
    freeSlots: (practice, from, to, audience) =>
      plan
        .slotsBetween(practice, from, to)
        .filter((slot) => isReleased(slot, audience) && isFree(state, slot)),
    slots: (practice, from, to) =>
      plan.slotsBetween(practice, from, to).map((slot) => ({ slot, state: stateOf(state, slot) })),
    slot: (practice, id) => plan.slot(practice, id),
    isFree: (slot) => isFree(state, slot),
    places: (slot) => places(state, slot),
  } satisfies Partial<Diary>;
}

function appointments(state: State) {
  const { now, books, record } = state;
  const find = (practice: OdsCode, id: string) => books.of(practice).appointments.get(id);
  return {
    book: (request) => book(state, request),
    cancel(practice, appointmentId, by, reason) {
      const appointment = find(practice, appointmentId);
      if (!appointment) return { kind: 'REFUSED', why: 'NOT_FOUND' };
      if (appointment.status === 'CANCELLED') return { kind: 'REFUSED', why: 'ALREADY_CANCELLED' };
      if (appointment.slot.startsAt <= now()) return { kind: 'REFUSED', why: 'IN_PAST' };
      const cancelled: DiaryAppointment = {
        ...nextVersion(appointment, now(), `cancelled by ${by}`),
        status: 'CANCELLED',
        cancellationReason: reason,
      };
      record([...vacate(state, appointment), { kind: 'appointment', appointment: cancelled }]);
      return { kind: 'CANCELLED', appointment: cancelled };
    },
    amend(practice, appointmentId, words) {
      const appointment = find(practice, appointmentId);
      if (appointment?.status !== 'BOOKED' || appointment.slot.startsAt <= now()) return null;
      const amended = { ...nextVersion(appointment, now(), 'amended'), ...words };
      record([{ kind: 'appointment', appointment: amended }]);
      return amended;
    },
    appointment: find,
    appointmentsOf: (patient) => appointmentsOf(state, patient),
    appointments(filter = {}) {
      const chosen = filter.practice ? [books.of(filter.practice)] : books.all();
      return chosen
        .flatMap((practiceBook) => [...practiceBook.appointments.values()])
        .filter((one) => filter.nhsNumber === undefined || one.patient.nhsNumber === filter.nhsNumber);
    },
  } satisfies Partial<Diary>;
}

function desk(state: State) {
  const { now, plan, books, record } = state;
  const turnAll = (found: readonly DiarySlot[], from: SlotState, to: SlotState) => {
    const turned = found.filter((slot) => stateOf(state, slot) === from);
    record(turned.map((slot) => turn(slot, to)));
    return turned.length;
  };
  const slotsOfType = (practice: OdsCode, from: Date, to: Date, slotType?: string) =>
    plan
      .slotsBetween(practice, from, to)
      .filter((slot) => slotType === undefined || slot.slotType === slotType);
  return {
    deskTakes: (...range) => turnAll(slotsOfType(...range), 'FREE', 'DESK'),
    deskFrees: (...range) => turnAll(slotsOfType(...range), 'DESK', 'FREE'),
    withdraw: (...range) => turnAll(slotsOfType(...range), 'FREE', 'WITHDRAWN'),
    deskTakesSlot(practice, slotId) {
      const slot = plan.slot(practice, slotId);
      if (!slot || !isFree(state, slot)) return false;
      record([turn(slot, 'DESK')]);
      return true;
    },
    deskMoves(practice, appointmentId, toSlotId) {
      const appointment = books.of(practice).appointments.get(appointmentId);
      const slot = plan.slot(practice, toSlotId);
      if (appointment?.status !== 'BOOKED' || !slot || !isFree(state, slot)) return false;
      const moved = { ...nextVersion(appointment, now(), 'moved by the desk'), slot };
      record([
        ...vacate(state, appointment),
        ...occupy(state, slot),
        { kind: 'appointment', appointment: moved },
      ]);
      return true;
    },
  } satisfies Partial<Diary>;
}

function settings({ books, record }: State) {
  return {
    settings: (practice) => books.of(practice).settings,
    configure(practice, changed) {
      record([{ kind: 'settings', practice, settings: { ...books.of(practice).settings, ...changed } }]);
    },
  } satisfies Partial<Diary>;
}

function stateOf({ books, plan }: State, slot: DiarySlot): SlotState {
  const known = books.of(slot.session.practice).states.get(slot.id);
  return known ?? (plan.takenFromTheStart(slot) ? 'DESK' : 'FREE');
}

function isFree(state: State, slot: DiarySlot): boolean {
  return stateOf(state, slot) === 'FREE';
}

function appointmentsOf({ books }: State, patient: DiaryPatient): DiaryAppointment[] {
  return [...books.of(patient.practice).appointments.values()].filter((one) => one.patient.id === patient.id);
}

function book(state: State, request: BookingRequest): BookingResult {
  const { now, plan, record } = state;
  const slot = plan.slot(request.practice, request.slotId);
  if (!slot || stateOf(state, slot) === 'WITHDRAWN') return { kind: 'REFUSED', why: 'NOT_FOUND' };
  const why = refusal(state, request, slot);
  if (why) return { kind: 'REFUSED', why };
  const appointment: DiaryAppointment = {
    id: randomUUID(),
    practice: request.practice,
    slot,
    patient: request.patient,
    status: 'BOOKED',
    version: 1,
    bookedBy: { route: request.audience.route, consumer: request.consumer },
    bookedAt: now(),
    reason: request.reason,
    description: request.description,
    comment: request.comment,
    contactPhone: request.contactPhone,
    organisation: request.organisation,
    cancellationReason: undefined,
    history: [{ at: now(), what: `booked by ${request.consumer}` }],
  };
  record([...occupy(state, slot), { kind: 'appointment', appointment }]);
  return { kind: 'BOOKED', appointment };
}

function refusal(state: State, request: BookingRequest, slot: DiarySlot) {
  const now = state.now();
  const { horizonDays, bookingLimit, overlaps } = state.books.of(request.practice).settings;
  const live = appointmentsOf(state, request.patient).filter(
    (one) => one.status === 'BOOKED' && one.slot.startsAt > now,
  );
  if (!isReleased(slot, request.audience)) return 'NOT_RELEASED';
  if (slot.startsAt <= now) return 'IN_PAST';
  if (slot.startsAt.getTime() - now.getTime() > horizonDays * DAY) return 'BEYOND_HORIZON';
  if (!isFree(state, slot) && !(overlaps && stateOf(state, slot) === 'BOOKED')) return 'TAKEN';
  return bookingLimit !== null && live.length >= bookingLimit ? 'LIMIT_REACHED' : null;
}

function places(state: State, slot: DiarySlot): { all: number; left: number } {
  const all = allPlaces(state, slot);
  if (!isFree(state, slot)) return { all, left: 0 };
  return { all, left: all === 1 ? 1 : all - standingOn(state, slot).length };
}

function allPlaces({ books }: State, { session, slotType, mode }: DiarySlot): number {
  const isGroup = slotType === SLOT_TYPES[0] && mode === 'IN_PERSON';
  return isGroup ? books.of(session.practice).settings.groupPlaces : 1;
}

function standingOn({ books }: State, { id, session }: DiarySlot): DiaryAppointment[] {
  return [...books.of(session.practice).appointments.values()].filter(
    (one) => one.status === 'BOOKED' && one.slot.id === id,
  );
}

/** Takes one place of the slot, and the slot with its last one. */
function occupy(state: State, slot: DiarySlot): DiaryChange[] {
  return standingOn(state, slot).length + 1 < allPlaces(state, slot) ? [] : [turn(slot, 'BOOKED')];
}

/** Frees the appointment's place, unless so many others stand there that there is none. */
function vacate(state: State, { id, slot }: DiaryAppointment): DiaryChange[] {
  const others = standingOn(state, slot).filter((one) => one.id !== id);
  const isOpen = stateOf(state, slot) === 'BOOKED' && others.length < allPlaces(state, slot);
  return isOpen ? [turn(slot, 'FREE')] : [];
}

function turn({ id, endsAt, session }: DiarySlot, state: SlotState): DiaryChange {
  return { kind: 'slot', practice: session.practice, id, endsAt, state };
}

/** Makes the next version of an appointment, with what happened to it. */
function nextVersion(appointment: DiaryAppointment, at: Date, what: string): DiaryAppointment {
  return {
    ...appointment,
    version: appointment.version + 1,
    history: [...appointment.history, { at, what }],
  };
}

/** Follows GP Connect's matrix: a restriction that exists must match, and what is not sent matches the unrestricted only. */
function isReleased(slot: DiarySlot, audience: Audience): boolean {
  if (audience.route === 'PATIENT_SESSION') return true;
  const release = slot.session.networkRelease;
  if (!release) return false;
  const { organisationType, organisations } = release;
  return (
    (organisationType === null || organisationType === audience.organisationType) &&
    (organisations === null || organisations.some((code) => code === audience.organisation))
  );
}
