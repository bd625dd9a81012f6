import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { CalendarDate, londonDate } from '../../domain/london-time';
import { NhsNumber } from '../../domain/nhs-number';
import type { OdsCode } from '../../domain/ods-code';
import type { BookingResult, DiaryAppointment, DiaryPatient, DiarySlot } from '../simulator/diary-records';
import type { WireReply, WireRequest } from '../simulator/http-listener';
import type { OperationCourse } from '../simulator/protocol-server';
import { sessionRef, slotAt, wall } from './simulator.sessions';
import { badRequest, json, jsonOf, type Operation, pageOf, type State } from './simulator.state';

const At = z.object({ session: z.string(), wallStart: z.string() });
const Command = At.extend({
  person: z.object({
    nhs: NhsNumber,
    surname: z.string().min(1),
    forename: z.string().min(1),
    dob: CalendarDate,
  }),
  contact: z.string().nullable(),
  text: z.string().max(120),
});
const Search = z.object({ nhs: NhsNumber, from: CalendarDate, to: CalendarDate });

/** An operation takes effect before, with or after its reply, and says so at once or later: in turn by person. */
const COURSES: readonly OperationCourse[] = [
  { effectAfterMs: 0, endsAfterMs: 0 },
  { effectAfterMs: 0, endsAfterMs: 2_500 },
  { effectAfterMs: 400, endsAfterMs: 400 },
  { effectAfterMs: 1_500, endsAfterMs: 3_200 },
];
const LATEST_MINUTES = 30;
const DAY_MS = 86_400_000;
const CANCELLED_SHOWN_DAYS = 30;

const CODES = {
  TAKEN: 'SLOT_GONE',
  NOT_FOUND: 'SESSION_CLOSED',
  NOT_RELEASED: 'SESSION_CLOSED',
  IN_PAST: 'PAST',
  BEYOND_HORIZON: 'SESSION_CLOSED',
  LIMIT_REACHED: 'TOO_MANY',
} as const satisfies Record<Extract<BookingResult, { kind: 'REFUSED' }>['why'], string>;

export function slotOfBooking(state: State, practice: OdsCode, body: unknown): DiarySlot | undefined {
  const at = At.safeParse(body).data;
  return at && slotAt(state, practice, at);
}

export function startBooking(state: State, practice: OdsCode, { headers, body }: WireRequest): WireReply {
  const key = z.uuid().safeParse(headers['idempotency-key']).data;
  if (key === undefined) return badRequest('Idempotency-Key');
  const command = Command.safeParse(jsonOf(body));
  if (!command.success) return badRequest(command.error.issues[0]?.path.join('.') ?? '');
  const known = state.operations.get(key);
  if (known !== undefined && known.body !== body) return json(409, { fault: 'key_reused' });
  const operation = known ?? start(state, practice, { key, body, command: command.data });
  if (operation.isShown) return json(200, shown(state, operation));
  return json(202, { operation: `/operations/${operation.id}` }, { 'retry-after': '1' });
}

export function pollOperation(state: State, id: string): WireReply {
  const operation = [...state.operations.values()].find((one) => one.id === id);
  if (!operation) return json(404, { fault: 'not_found' });
  return json(200, shown(state, operation));
}

function start(
  state: State,
  practice: OdsCode,
  { key, body, command }: { key: string; body: string; command: z.infer<typeof Command> },
): Operation {
  const { timers, nextCourse, operations } = state;
  const usual = COURSES[Number(command.person.nhs) % COURSES.length];
  const { effectAfterMs, endsAfterMs } = nextCourse ?? usual ?? { effectAfterMs: 0, endsAfterMs: 0 };
  state.nextCourse = null;
  const operation: Operation = { id: randomUUID(), body, effect: undefined, isShown: false };
  operations.set(key, operation);
  const takeEffect = () => {
    operation.effect = effectOf(state, practice, command);
  };
  const show = () => {
    operation.isShown = true;
  };
  if (effectAfterMs === 0) takeEffect();
  else timers.after(effectAfterMs, takeEffect);
  // With nothing to wait for it is still running in its first reply: 202 promises nothing (RFC 9110, 15.3.3).
  if (endsAfterMs !== null) timers.after(Math.max(effectAfterMs, endsAfterMs), show);
  return operation;
}

function effectOf(
  state: State,
  practice: OdsCode,
  command: z.infer<typeof Command>,
): NonNullable<Operation['effect']> {
  const { diary, audience } = state;
  const slot = slotAt(state, practice, command);
  if (!slot) return { failed: 'SESSION_CLOSED' };
  const patient = personOf(state, practice, command.person);
  if (!patient) return { failed: 'PERSON_REFUSED' };
  const result = diary.book({
    practice,
    slotId: slot.id,
    patient,
    audience,
    consumer: 'meridian',
    reason: command.text,
    contactPhone: command.contact ?? undefined,
  });
  return result.kind === 'BOOKED' ? { done: result.appointment.id } : { failed: CODES[result.why] };
}

/** Registers who is not known; refuses who was born on another day. Names are not compared. */
function personOf(
  { diary }: State,
  practice: OdsCode,
  {
    nhs: nhsNumber,
    surname: familyName,
    forename: givenName,
    dob: birthDate,
  }: z.infer<typeof Command>['person'],
): DiaryPatient | undefined {
  const known = diary.patient(practice, nhsNumber);
  if (!known)
    return diary.registerPatient(practice, { nhsNumber, familyName, givenName, birthDate }, 'TEMPORARY');
  return known.birthDate === birthDate ? known : undefined;
}

function shown({ diary }: State, { effect, isShown }: Operation) {
  if (!isShown || effect === undefined) return { state: 'running' };
  if ('failed' in effect) return { state: 'failed', code: effect.failed };
  const [appointment] = diary.appointments().filter(({ id }) => id === effect.done);
  if (!appointment) throw new Error('A diary forgets no appointment.');
  return { state: 'done', booking: bookingOf(appointment) };
}

export function searchBookings(state: State, practice: OdsCode, { query, body }: WireRequest): WireReply {
  const search = Search.safeParse(jsonOf(body));
  if (!search.success) return badRequest(search.error.issues[0]?.path.join('.') ?? '');
  const { nhs, from, to } = search.data;
  const patient = state.diary.patient(practice, nhs);
  const oldest = state.now().getTime() - CANCELLED_SHOWN_DAYS * DAY_MS;
  const listed = (patient ? state.diary.appointmentsOf(patient) : []).filter(({ slot, status }) => {
    const date = londonDate(slot.startsAt);
    return date >= from && date <= to && (status === 'BOOKED' || slot.startsAt.getTime() >= oldest);
  });
  const { items, next } = pageOf(listed.map(bookingOf), state.pageSize, query);
  return json(200, { bookings: items, next });
}

export function cancelBooking(
  { diary, now }: State,
  practice: OdsCode,
  { id, ifMatch }: { id: string; ifMatch: string | undefined },
): WireReply {
  const appointment = diary.appointment(practice, id);
  if (!appointment) return json(404, { fault: 'not_found' });
  if (ifMatch !== `"${appointment.version}"`) return json(412, bookingOf(appointment));
  if (appointment.status === 'CANCELLED') return json(200, bookingOf(appointment));
  const latest = appointment.slot.startsAt.getTime() - LATEST_MINUTES * 60_000;
  if (now().getTime() > latest) return json(422, { fault: 'too_late' });
  const result = diary.cancel(practice, id, 'meridian');
  return result.kind === 'CANCELLED'
    ? json(200, bookingOf(result.appointment))
    : json(422, { fault: 'too_late' });
}

function bookingOf({ id, version, slot, status, reason }: DiaryAppointment) {
  return {
    id,
    rev: version,
    session: sessionRef(slot),
    wallStart: wall(slot.startsAt),
    wallEnd: wall(slot.endsAt),
    status: status === 'BOOKED' ? 'held' : 'cancelled',
    text: reason ?? '',
  };
}
