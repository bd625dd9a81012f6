import { LRUCache } from 'lru-cache';
import { addLondonDays, londonDate } from '../../domain/london-time';
import type { z } from 'zod';
import type { Adapter, Context, ContextRequest } from '../adapter';
import type {
  AttemptAnswer,
  BookCommand,
  BookOutcome,
  CancelCommand,
  CancelOutcome,
  ReadBackProbe,
  Slot,
} from '../gp-system';
import { outcomeOfStatus } from '../http/outcome-of-status';
import { badReply, parseJson, statusError } from '../http/parse-reply';
import type { HttpReply } from '../http/http-messages';
import { pagesOf } from '../paging';
import { type Look, sendUnderKey, untilEnded } from '../polling';
import type { AdapterOptions } from '../supplier';
import { faultIn, meridianExchanges } from './meridian.exchanges';
import { manifest } from './meridian.manifest';
import {
  appointmentOf,
  Availability,
  Booking,
  Bookings,
  Operation,
  refusalOf,
  slotIdOf,
  slotKeyOf,
  slotsOf,
  Started,
} from './meridian.replies';

const { id: supplier, throttle, limits } = manifest;

/** The document's limit on its one field for text. */
const MAX_TEXT_LENGTH = 120;
/** Shorter than the call, so that a booking whose answer is lost can be asked for again by its key. */
const EXCHANGE_MS = 4_000;
/** The desk may have moved an appointment so far. */
const DAYS_BEFORE = 30;
const DAYS_AFTER = 90;
const MAX_REMEMBERED = 5_000;
/** The document keeps a key for a day; doubt is settled long before. */
const REMEMBERED_MS = 2 * 3_600_000;

/** The path of the operation of each attempt that has one, for as long as somebody may be in doubt about it. */
type Operations = LRUCache<string, string>;
type Send = ReturnType<typeof meridianExchanges>['send'];

/** Meridian Practice Suite, Partner Appointments API 3: an invented supplier (README.md). */
export function meridian(options: AdapterOptions): Adapter {
  const { send } = meridianExchanges(options);
  const operations: Operations = new LRUCache({ max: MAX_REMEMBERED, ttl: REMEMBERED_MS });

  return {
    async *searchSlots({ practice, from, to }, context) {
      const [date, days] = [londonDate(from), String(daysTouched(from, to))];
      const pages = pagesOf(supplier, async (cursor) => {
        const query = [['date', date], ['days', days], ...cursorQuery(cursor)] as const;
        return read(
          Availability,
          await send({ method: 'GET', path: '/availability', query }, practice, context),
        );
      });
      for await (const page of pages) yield slotsOf(page, practice, (reason) => context.leaveOut(reason));
    },

    book: (command, context) => book(send, operations, command, context),

    async findAttempt({ attemptId, practice, slot }, context): Promise<AttemptAnswer> {
      const path = operations.get(attemptId);
      if (path === undefined) return { state: 'UNKNOWN' };
      const reply = await send({ method: 'GET', path }, practice, context);
      if (reply.status === 404) return { state: 'UNKNOWN' };
      const operation = read(Operation, reply);
      if (operation.state === 'running') return { state: 'RUNNING' };
      const outcome = outcomeOf(operation, slot);
      return outcome.class === 'ACCEPTED'
        ? { state: 'BOOKED', appointment: outcome.appointment }
        : { state: 'REFUSED', refusal: outcome.refusal };
    },

    async readBack(probe, context) {
      const listed: Booking[] = [];
      const pages = pagesOf(supplier, async (cursor) =>
        read(Bookings, await send(bookingsRequest(probe, cursor), probe.practice, context)),
      );
      for await (const { bookings } of pages) listed.push(...bookings);
      return listed.map((booking) => appointmentOf(booking, probe.marker));
    },

    cancel: (command, context) => cancel(send, command, context),

    async health(context) {
      const { status } = await context.send({ method: 'GET', path: '/status' });
      return { status: status === 200 ? 'UP' : 'DEGRADED' };
    },
  };
}

async function book(
  send: Send,
  operations: Operations,
  command: BookCommand,
  context: Context,
): Promise<BookOutcome> {
  const { attemptId, slot } = command;
  const request = bookingRequest(command);
  const reply = await sendUnderKey(context, () => send(request, slot.practice, context));
  const failure = statusError(supplier, reply);
  if (failure) {
    if (reply.status === 400 && faultIn(reply) === 'bad_request')
      return { class: 'REJECTED', refusal: 'INVALID_REQUEST' };
    return outcomeOfStatus(failure, reply, throttle);
  }
  // What had ended when it was asked for again is answered at once.
  const atOnce = reply.status === 202 ? null : read(Operation, reply);
  if (atOnce !== null && atOnce.state !== 'running') return outcomeOf(atOnce, slot);
  const { operation: path } = read(Started, reply);
  operations.set(attemptId, path);
  const look = async (): Promise<Look<Ended>> => {
    const seen = await send({ method: 'GET', path, timeoutMs: EXCHANGE_MS }, slot.practice, context);
    const operation = read(Operation, seen);
    return operation.state === 'running' ? { runs: seen } : { end: operation };
  };
  return outcomeOf(await untilEnded(context, reply, look), slot);
}

function bookingRequest({
  attemptId,
  marker,
  slot,
  patient,
  contactPhone,
  reason,
}: BookCommand): ContextRequest {
  const { session, wallStart } = slotKeyOf(slot);
  const { nhsNumber: nhs, familyName: surname, givenName: forename, birthDate: dob } = patient;
  const text = [marker, reason].filter(Boolean).join(' ').slice(0, MAX_TEXT_LENGTH);
  return {
    method: 'POST',
    path: '/bookings',
    headers: { 'idempotency-key': attemptId },
    body: JSON.stringify({
      session,
      wallStart,
      person: { nhs, surname, forename, dob },
      contact: contactPhone ?? null,
      text,
    }),
    timeoutMs: EXCHANGE_MS,
    effect: 'COMMAND',
  };
}

type Ended = Exclude<Operation, { state: 'running' }>;

/** @throws SupplierError BAD_REPLY for a booking other than the one that was asked for. */
function outcomeOf(operation: Ended, slot: Slot): Extract<BookOutcome, { class: 'ACCEPTED' | 'REJECTED' }> {
  if (operation.state === 'failed') return { class: 'REJECTED', refusal: refusalOf(operation.code) };
  const { booking } = operation;
  if (booking.status !== 'held' || slotIdOf(booking) !== slot.id)
    throw badReply(supplier, 'the operation ended with another booking');
  return { class: 'ACCEPTED', appointment: { id: booking.id, version: String(booking.rev) } };
}

async function cancel(send: Send, command: CancelCommand, context: Context): Promise<CancelOutcome> {
  const { practice, appointment, slot } = command;
  const attempt = (rev: string) => send(cancellationRequest(appointment.id, rev), practice, context);
  // No revision is 0, so that a cancellation without one is told which it is.
  const reply = await attempt(appointment.version ?? '0');
  if (reply.status !== 412) return cancelled(reply, appointment.id);
  const now = bookingIn(reply, appointment.id);
  if (now.status === 'cancelled') return { class: 'ACCEPTED' };
  if (slotIdOf(now) !== slot.id) return CHANGED;
  // 412 says that nothing was done (RFC 9110, 15.5.13).
  context.commandProvenUndone();
  const again = await attempt(String(now.rev));
  return again.status === 412 ? CHANGED : cancelled(again, appointment.id);
}

const CHANGED = { class: 'REJECTED', refusal: 'CHANGED_MEANWHILE' } as const;

function cancellationRequest(id: string, rev: string): ContextRequest {
  return {
    method: 'DELETE',
    path: `/bookings/${encodeURIComponent(id)}`,
    headers: { 'if-match': `"${rev.replaceAll('"', '')}"` },
    effect: 'COMMAND',
  };
}

function cancelled(reply: HttpReply, id: string): CancelOutcome {
  const failure = statusError(supplier, reply);
  if (failure) {
    if (reply.status === 422 && faultIn(reply) === 'too_late')
      return { class: 'REJECTED', refusal: 'TOO_LATE' };
    if (reply.status === 404) return { class: 'REJECTED', refusal: 'NOT_FOUND' };
    return outcomeOfStatus(failure, reply, throttle);
  }
  if (bookingIn(reply, id).status !== 'cancelled')
    throw badReply(supplier, 'the booking stands after it was cancelled');
  return { class: 'ACCEPTED' };
}

/** @throws SupplierError BAD_REPLY where it is not the booking of that id. */
function bookingIn(reply: HttpReply, id: string): Booking {
  const booking = parseJson(supplier, Booking, reply.body);
  if (booking.id !== id) throw badReply(supplier, 'another booking was answered');
  return booking;
}

function bookingsRequest({ patient, slot }: ReadBackProbe, cursor: string | undefined): ContextRequest {
  const from = londonDate(addLondonDays(slot.startsAt, -DAYS_BEFORE));
  const to = londonDate(addLondonDays(slot.startsAt, DAYS_AFTER));
  return {
    method: 'POST',
    path: '/bookings/search',
    query: cursorQuery(cursor),
    body: JSON.stringify({ nhs: patient.nhsNumber, from, to }),
    timeoutMs: limits.timeoutMs.read,
  };
}

function cursorQuery(cursor: string | undefined): (readonly [string, string])[] {
  return cursor === undefined ? [] : [['cursor', cursor]];
}

/** Counts the dates that a range touches, the first and the last included. */
function daysTouched(from: Date, to: Date): number {
  return (Date.parse(londonDate(to)) - Date.parse(londonDate(from))) / 86_400_000 + 1;
}

function read<T>(schema: z.ZodType<T>, reply: HttpReply): T {
  const failure = statusError(supplier, reply);
  if (failure) throw failure;
  return parseJson(supplier, schema, reply.body);
}
