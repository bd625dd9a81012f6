import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { CalendarDate, addLondonDays, startOfLondonDay, wallClock } from '../../domain/london-time';
import { OdsCode } from '../../domain/ods-code';
import type { Diary } from '../simulator/diary';
import type { BookingResult, DiaryPatient, DiarySlot } from '../simulator/diary-records';
import type { SimulatedOperation } from '../simulator/injected-faults';
import type { WireReply, WireRequest } from '../simulator/http-listener';
import { memoized } from '../simulator/memoized';
import type { WireProtocol } from '../simulator/protocol-server';
import { readXml, xmlElement } from '../xml/xml';

const Root = z.object({ apiVersion: z.literal('1'), uuid: z.string().min(1), unitId: OdsCode });
const Authenticate = Root.extend({
  accountId: z.string(),
  passphrase: z.string(),
  Application: z.array(z.object({ providerId: z.string() })).length(1),
});
const InSession = Root.extend({ patientId: z.string(), onlineUserId: z.string() });
const ListSlots = InSession.extend({
  startDate: z.string().regex(/^\d{4}-\d{2}-\d{2}T00:00:00\.0Z$/),
  numberOfDays: z.string().regex(/^\d{1,3}$/),
});
const Book = InSession.extend({ sessionId: z.string(), startDate: z.string(), endDate: z.string() });
const BookWithNotes = Book.extend({ notes: z.string().optional() });
const Cancel = InSession.extend({ apptId: z.string() });

const OPERATIONS: Readonly<Record<string, SimulatedOperation>> = {
  Authenticate: 'SESSION',
  Logoff: 'SESSION',
  ListSlots: 'SEARCH',
  BookAppointment: 'BOOK',
  ViewAppointments: 'READ',
  CancelAppointment: 'CANCEL',
};
const PLACES = { IN_PERSON: 'Main surgery', TELEPHONE: 'Telephone', VIDEO: 'Video' } as const;
const HOUR = 3_600_000;
const falseZulu = memoized((instant) => `${wallClock(instant)}.0Z`);

interface State {
  diary: Diary;
  now: () => Date;
  /** Patients by suid. */
  sessions: Map<string, DiaryPatient>;
}

/** Simulates the supplier's side of the TPP-style interface: one URL, errors with HTTP 200, local time under a false Z. */
export function tppSimulator({ diary, now }: { diary: Diary; now: () => Date }): WireProtocol {
  const state: State = { diary, now, sessions: new Map() };
  return {
    identify(request) {
      const read = readXml(request.body);
      const practice = Root.safeParse(read?.value).data?.unitId;
      const key = read?.root === 'BookAppointment' ? Book.safeParse(read.value).data : undefined;
      const slotId = practice && key && slotOf(state, practice, key)?.id;
      return { operation: OPERATIONS[read?.root ?? ''] ?? 'OTHER', practice, slotId };
    },
    answer: (request) => answer(state, request),
    // The supplier's own failure comes with HTTP 200; other statuses come from what stands before it.
    failure: (status) =>
      status === 500 ? failure('0', 'The service is not available') : { status, body: '' },
    expireSessions() {
      state.sessions.clear();
    },
  };
}

function authenticate({ diary, sessions }: State, value: unknown): WireReply {
  const { data } = Authenticate.safeParse(value);
  const patient = data && diary.patientByLinkage(data.unitId, data.accountId);
  if (!patient || patient.linkage?.key !== data.passphrase)
    return failure('9', 'There was a problem logging on');
  const suid = randomUUID();
  sessions.set(suid, patient);
  const name = xmlElement('PersonName', { name: `${patient.givenName} ${patient.familyName}` });
  const person = xmlElement('Person', { patientId: patient.id, dateOfBirth: patient.birthDate }, [name]);
  const children = [xmlElement('User', {}, [person]), xmlElement('Registration', { unitId: data.unitId })];
  return xml('AuthenticateReply', { patientId: patient.id, onlineUserId: patient.id }, children, { suid });
}

function listSlots({ diary, now }: State, patient: DiaryPatient, value: unknown): WireReply {
  const { data } = ListSlots.safeParse(value);
  const day = CalendarDate.safeParse(data?.startDate.slice(0, 10)).data;
  if (!data || !day) return failure('1', 'The message is not valid');
  const { horizonDays } = diary.settings(patient.practice);
  const from = new Date(Math.max(startOfLondonDay(day).getTime(), now().getTime()));
  const to = Math.min(
    addLondonDays(startOfLondonDay(day), Number(data.numberOfDays)).getTime(),
    addLondonDays(now(), horizonDays).getTime(),
  );
  const slots = diary.freeSlots(patient.practice, from, new Date(to), { route: 'PATIENT_SESSION' });
  const bookableDays = String(horizonDays);
  return xml(
    'ListSlotsReply',
    { patientId: patient.id, onlineUserId: patient.id, bookableDays },
    sessionElements(slots),
  );
}

function slotOf({ diary }: State, practice: OdsCode, key: z.infer<typeof Book>): DiarySlot | undefined {
  const day = CalendarDate.safeParse(key.startDate.slice(0, 10)).data;
  if (!day) return undefined;
  const start = startOfLondonDay(day);
  return diary
    .slots(practice, start, addLondonDays(start, 1))
    .map(({ slot }) => slot)
    .find(
      (slot) =>
        sessionIdOf(slot) === key.sessionId &&
        falseZulu(slot.startsAt) === key.startDate &&
        falseZulu(slot.endsAt) === key.endDate,
    );
}

function book(state: State, patient: DiaryPatient, value: unknown): WireReply {
  const { data } = BookWithNotes.safeParse(value);
  const slot = data && slotOf(state, patient.practice, data);
  if (!slot) return failure('1102', 'The slot was not found');
  const result = state.diary.book({
    practice: patient.practice,
    slotId: slot.id,
    patient,
    audience: { route: 'PATIENT_SESSION' },
    consumer: 'patient online',
    reason: data.notes,
  });
  return booked(result, patient);
}

function view({ diary }: State, patient: DiaryPatient): WireReply {
  const appointments = diary
    .appointmentsOf(patient)
    .filter(({ status }) => status === 'BOOKED')
    .map(({ id, slot }) =>
      xmlElement('Appointment', {
        apptId: id,
        sessionId: sessionIdOf(slot),
        startDate: falseZulu(slot.startsAt),
        endDate: falseZulu(slot.endsAt),
        details: slot.slotType,
        ...sessionWords(slot),
      }),
    );
  return xml('ViewAppointmentsReply', { patientId: patient.id, onlineUserId: patient.id }, appointments);
}

function cancel({ diary, now }: State, patient: DiaryPatient, value: unknown): WireReply {
  const { data } = Cancel.safeParse(value);
  const appointment = diary.appointmentsOf(patient).find(({ id }) => id === data?.apptId);
  if (appointment?.status !== 'BOOKED') return failure('1', 'The appointment was not found');
  const ahead = appointment.slot.startsAt.getTime() - now().getTime();
  if (ahead <= 0) return failure('5', 'The start date is in the past');
  if (ahead < HOUR) return failure('40', 'It is too late to cancel');
  diary.cancel(patient.practice, appointment.id, 'patient online');
  return xml('CancelAppointmentReply', { patientId: patient.id, onlineUserId: patient.id });
}

function answer(state: State, request: WireRequest): WireReply {
  const read = readXml(request.body);
  if (request.method !== 'POST' || !read || request.headers['type'] !== read.root)
    return failure('1', 'The message is not valid');
  if (read.root === 'Authenticate') return authenticate(state, read.value);
  const suid = String(request.headers['suid']);
  const patient = state.sessions.get(suid);
  const message = InSession.safeParse(read.value).data;
  if (!patient || patient.id !== message?.patientId || patient.practice !== message.unitId)
    return read.root === 'BookAppointment'
      ? failure('3', 'Not authenticated')
      : failure('5', 'You are not logged in');
  switch (read.root) {
    case 'ListSlots':
      return listSlots(state, patient, read.value);
    case 'BookAppointment':
      return book(state, patient, read.value);
    case 'ViewAppointments':
      return view(state, patient);
    case 'CancelAppointment':
      return cancel(state, patient, read.value);
    case 'Logoff':
      state.sessions.delete(suid);
      return xml('LogoffReply', {});
    default:
      return failure('1', 'The message is not known');
  }
}

/** One element for each session and place; a practice's staff and place may be empty. */
function sessionElements(slots: readonly DiarySlot[]): string[] {
  const groups = new Map<string, [DiarySlot, string[]]>();
  for (const slot of slots) {
    const key = `${slot.session.id} ${slot.mode}`;
    const [, elements] = groups.get(key) ?? [slot, []];
    elements.push(
      xmlElement('Slot', {
        startDate: falseZulu(slot.startsAt),
        endDate: falseZulu(slot.endsAt),
        type: slot.slotType,
      }),
    );
    groups.set(key, [slot, elements]);
  }
  return [...groups.values()].map(([slot, elements]) =>
    xmlElement('Session', { sessionId: sessionIdOf(slot), ...sessionWords(slot) }, elements),
  );
}

function sessionWords(slot: DiarySlot) {
  const { clinician, name } = slot.session;
  const staff = clinician && `Dr ${clinician.givenName} ${clinician.familyName} (${clinician.gender})`;
  return { type: name, staffDetails: staff ?? '', location: PLACES[slot.mode] };
}

function booked(result: BookingResult, patient: DiaryPatient): WireReply {
  if (result.kind === 'BOOKED') {
    const attributes = {
      patientId: patient.id,
      onlineUserId: patient.id,
      message: 'Please arrive in good time',
    };
    return xml('BookAppointmentReply', attributes);
  }
  switch (result.why) {
    case 'TAKEN':
      return failure('1103', 'The slot is already booked');
    case 'NOT_FOUND':
    case 'BEYOND_HORIZON':
      return failure('1102', 'The slot was not found');
    case 'IN_PAST':
      return failure('5', 'The start date is in the past');
    case 'LIMIT_REACHED':
      return failure('7', 'The limit of appointments is reached');
    case 'NOT_RELEASED':
      return failure('6', 'You have no access to this service');
  }
}

function sessionIdOf(slot: DiarySlot): string {
  return slot.session.id.toString(16);
}

function failure(errorCode: string, userFriendlyMessage: string): WireReply {
  return xml('Error', { errorCode, userFriendlyMessage });
}

function xml(
  name: string,
  attributes: Readonly<Record<string, string>>,
  children: readonly string[] = [],
  headers: Readonly<Record<string, string>> = {},
): WireReply {
  const body = xmlElement(name, { ...attributes, uuid: randomUUID() }, children);
  return { status: 200, headers: { 'content-type': 'text/xml; charset=utf-8', ...headers }, body };
}
