import { randomUUID } from 'node:crypto';
import type { OdsCode } from '../../domain/ods-code';
import { diaryBooks as emptyBooks } from './diary-books';
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
import { type DiaryPlan, seedDiary } from './seed-diary';

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

  book(request: BookingRequest): BookingResult;
  cancel(practice: OdsCode, appointmentId: string, by: string, reason?: string): CancelResult;
  /** Changes the words on an appointment that is still ahead; null where there is none. */
  amend(
    practice: OdsCode,
    appointmentId: string,
    words: { description?: string | undefined; comment?: string | undefined },
  ): DiaryAppointment | null;
  appointment(practice: OdsCode, id: string): DiaryAppointment | undefined;
  /** All of one patient's at one practice, cancelled and past ones included. */
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

/**
 * A diary in memory. `earlier` is what it knows from before; `keep` is told of every change, all of one act at once,
 * before any of it counts: where it throws, nothing has changed.
 */
export function diary(options: {
  now: () => Date;
  plan?: DiaryPlan;
  earlier?: readonly DiaryChange[];
  keep?: (changes: readonly DiaryChange[]) => void;
}): Diary {
  const { now, plan = seedDiary(), earlier = [], keep } = options;
  const books = emptyBooks();
  for (const change of earlier) books.apply(change);

  function record(changes: readonly DiaryChange[]): void {
    if (changes.length > 0) keep?.(changes);
    for (const change of changes) books.apply(change);
  }

  const stateOf = (slot: DiarySlot): SlotState =>
    books.of(slot.session.practice).states.get(slot.id) ?? (plan.takenFromTheStart(slot) ? 'DESK' : 'FREE');
  const isFree = (slot: DiarySlot) => stateOf(slot) === 'FREE';

  function refusal(request: BookingRequest, slot: DiarySlot) {
    const { horizonDays, bookingLimit, overlaps } = books.of(request.practice).settings;
    const live = appointmentsOf(request.patient).filter(
      (one) => one.status === 'BOOKED' && one.slot.startsAt > now(),
    );
    if (!isReleased(slot, request.audience)) return 'NOT_RELEASED';
    if (slot.startsAt <= now()) return 'IN_PAST';
    if (slot.startsAt.getTime() - now().getTime() > horizonDays * DAY) return 'BEYOND_HORIZON';
    if (!isFree(slot) && !(overlaps && stateOf(slot) === 'BOOKED')) return 'TAKEN';
    return bookingLimit !== null && live.length >= bookingLimit ? 'LIMIT_REACHED' : null;
  }

  function appointmentsOf(patient: DiaryPatient): DiaryAppointment[] {
    return [...books.of(patient.practice).appointments.values()].filter(
      (one) => one.patient.id === patient.id,
    );
  }

  /** Its slot becomes free, unless another appointment stands there as well. */
  function vacated({ id, practice, slot }: DiaryAppointment): DiaryChange[] {
    const others = [...books.of(practice).appointments.values()].some(
      (one) => one.id !== id && one.status === 'BOOKED' && one.slot.id === slot.id,
    );
    return others ? [] : [turned(slot, 'FREE')];
  }

  function deskSets(
    practice: OdsCode,
    from: Date,
    to: Date,
    wanted: SlotState,
    state: SlotState,
    type?: string,
  ): number {
    const slots = plan
      .slotsBetween(practice, from, to)
      .filter((slot) => stateOf(slot) === wanted && (type === undefined || slot.slotType === type));
    record(slots.map((slot) => turned(slot, state)));
    return slots.length;
  }

  return {
    registerPatient(practice, patient, registration = 'REGULAR') {
      const { patients } = books.of(practice);
      const id = patients.get(patient.nhsNumber)?.id ?? randomUUID();
      const registered = { ...patient, id, practice, registration };
      record([{ kind: 'patient', patient: registered }]);
      return registered;
    },
    patient: (practice, nhsNumber) => books.of(practice).patients.get(nhsNumber),
    patientById: (practice, id) => [...books.of(practice).patients.values()].find((one) => one.id === id),
    patientByLinkage: (practice, userId) =>
      [...books.of(practice).patients.values()].find((one) => one.linkage?.userId === userId),

    freeSlots: (practice, from, to, audience) =>
      plan.slotsBetween(practice, from, to).filter((slot) => isReleased(slot, audience) && isFree(slot)),
    slots: (practice, from, to) =>
      plan.slotsBetween(practice, from, to).map((slot) => ({ slot, state: stateOf(slot) })),
    slot: (practice, id) => plan.slot(practice, id),
    isFree,

    book(request) {
      const slot = plan.slot(request.practice, request.slotId);
      if (!slot || stateOf(slot) === 'WITHDRAWN') return { kind: 'REFUSED', why: 'NOT_FOUND' };
      const why = refusal(request, slot);
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
        cancellationReason: undefined,
        history: [{ at: now(), what: `booked by ${request.consumer}` }],
      };
      record([turned(slot, 'BOOKED'), { kind: 'appointment', appointment }]);
      return { kind: 'BOOKED', appointment };
    },
    cancel(practice, appointmentId, by, reason) {
      const appointment = books.of(practice).appointments.get(appointmentId);
      if (!appointment) return { kind: 'REFUSED', why: 'NOT_FOUND' };
      if (appointment.status === 'CANCELLED') return { kind: 'REFUSED', why: 'ALREADY_CANCELLED' };
      if (appointment.slot.startsAt <= now()) return { kind: 'REFUSED', why: 'IN_PAST' };
      const cancelled: DiaryAppointment = {
        ...next(appointment, now(), `cancelled by ${by}`),
        status: 'CANCELLED',
        cancellationReason: reason,
      };
      record([...vacated(appointment), { kind: 'appointment', appointment: cancelled }]);
      return { kind: 'CANCELLED', appointment: cancelled };
    },
    amend(practice, appointmentId, words) {
      const appointment = books.of(practice).appointments.get(appointmentId);
      if (appointment?.status !== 'BOOKED' || appointment.slot.startsAt <= now()) return null;
      const amended = { ...next(appointment, now(), 'amended'), ...words };
      record([{ kind: 'appointment', appointment: amended }]);
      return amended;
    },
    appointment: (practice, id) => books.of(practice).appointments.get(id),
    appointmentsOf,
    appointments(filter = {}) {
      const chosen = filter.practice ? [books.of(filter.practice)] : books.all();
      return chosen
        .flatMap((book) => [...book.appointments.values()])
        .filter((one) => filter.nhsNumber === undefined || one.patient.nhsNumber === filter.nhsNumber);
    },

    deskTakes: (practice, from, to, slotType) => deskSets(practice, from, to, 'FREE', 'DESK', slotType),
    deskFrees: (practice, from, to, slotType) => deskSets(practice, from, to, 'DESK', 'FREE', slotType),
    withdraw: (practice, from, to) => deskSets(practice, from, to, 'FREE', 'WITHDRAWN'),
    deskTakesSlot(practice, slotId) {
      const slot = plan.slot(practice, slotId);
      if (!slot || !isFree(slot)) return false;
      record([turned(slot, 'DESK')]);
      return true;
    },
    deskMoves(practice, appointmentId, toSlotId) {
      const appointment = books.of(practice).appointments.get(appointmentId);
      const slot = plan.slot(practice, toSlotId);
      if (appointment?.status !== 'BOOKED' || !slot || !isFree(slot)) return false;
      const moved = { ...next(appointment, now(), 'moved by the desk'), slot };
      record([...vacated(appointment), turned(slot, 'BOOKED'), { kind: 'appointment', appointment: moved }]);
      return true;
    },

    settings: (practice) => books.of(practice).settings,
    configure(practice, settings) {
      record([{ kind: 'settings', practice, settings: { ...books.of(practice).settings, ...settings } }]);
    },
  };
}

function turned({ id, endsAt, session }: DiarySlot, state: SlotState): DiaryChange {
  return { kind: 'slot', practice: session.practice, id, endsAt, state };
}

/** The next version of an appointment, with what happened to it. */
function next(appointment: DiaryAppointment, at: Date, what: string): DiaryAppointment {
  return {
    ...appointment,
    version: appointment.version + 1,
    history: [...appointment.history, { at, what }],
  };
}

/** GP Connect's matrix: a restriction that exists must match, and what is not sent matches the unrestricted only. */
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
