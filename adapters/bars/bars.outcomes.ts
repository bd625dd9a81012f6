import type { NhsNumber } from '../../domain/nhs-number';
import { standingOf } from '../fhir/appointment-status';
import { Bundle } from '../fhir/bundle';
import { outcomeCodes } from '../fhir/operation-outcome';
import {
  type BookCommand,
  type BookOutcome,
  type BookRefusal,
  type CancelOutcome,
  SupplierError,
} from '../gp-system';
import { outcomeOfStatus } from '../http/outcome-of-status';
import { badReply, parseJson, statusError } from '../http/parse-reply';
import type { HttpReply } from '../http/http-messages';
import { manifest } from './bars.manifest';
import { appointmentIn, type Found, isAsBooked, isSameAppointment, whoseIs } from './bars.replies';

/** A code's prefix says whose fault it is: none the proxy's, `SEND_` ours, `REC_` the receiver's. */
const REFUSALS: ReadonlyMap<string, BookRefusal> = new Map([
  ['REC_UNPROCESSABLE_ENTITY', 'INVALID_REQUEST'],
  ['SEND_UNPROCESSABLE_ENTITY', 'INVALID_REQUEST'],
  ['REC_BAD_REQUEST', 'INVALID_REQUEST'],
  ['SEND_BAD_REQUEST', 'INVALID_REQUEST'],
  ['BAD_REQUEST', 'INVALID_REQUEST'],
  ['PROXY_BAD_REQUEST', 'INVALID_REQUEST'],
  ['NOT_ACCEPTABLE', 'INVALID_REQUEST'],
  ['PROXY_NOT_ACCEPTABLE', 'INVALID_REQUEST'],
  ['SEND_NOT_ACCEPTABLE', 'INVALID_REQUEST'],
  ['REC_NOT_ACCEPTABLE', 'INVALID_REQUEST'],
  ['REC_NOT_FOUND', 'SLOT_NOT_FOUND'],
  // The catalogue does not have the service, so nothing was forwarded.
  ['NOT_FOUND', 'NOT_PERMITTED'],
  ['PROXY_NOT_FOUND', 'NOT_PERMITTED'],
  ['REC_FORBIDDEN', 'NOT_PERMITTED'],
  ['SEND_FORBIDDEN', 'NOT_PERMITTED'],
  ['FORBIDDEN', 'NOT_PERMITTED'],
]);
const { id: supplier, throttle } = manifest;

/** An acceptance is one only where it names what was asked for: slot, times, patient and status. */
export function bookOutcomeOf(reply: HttpReply, command: BookCommand): BookOutcome {
  const failure = statusError(supplier, reply);
  if (!failure) {
    const found = appointmentIn(parseJson(supplier, Bundle, reply.body));
    if (!isAsBooked(found, command))
      throw badReply(supplier, 'the reply to a booking is not the appointment asked for');
    return { class: 'ACCEPTED', appointment: { id: found.appointment.id } };
  }
  const { details, issues } = outcomeCodes(reply.body);
  if (details.includes('REC_CONFLICT'))
    // A duplicate says that this very message was processed before: then the appointment is ours, and is read back.
    return issues.includes('conflict') && !issues.includes('duplicate')
      ? { class: 'REJECTED', refusal: 'SLOT_TAKEN' }
      : { class: 'AMBIGUOUS', error: processedBefore(reply) };
  const refusal = refusalOf(reply);
  if (refusal) return { class: 'REJECTED', refusal };
  if (reply.status === 401) return { class: 'REJECTED', refusal: 'NOT_PERMITTED' };
  return outcomeOfStatus(failure, reply, throttle);
}

/** Returns null where the appointment is no longer as it was read. */
export function cancelOutcomeOf(
  reply: HttpReply,
  current: Found,
  nhsNumber: NhsNumber,
): CancelOutcome | null {
  const failure = statusError(supplier, reply);
  if (!failure) {
    const found = appointmentIn(parseJson(supplier, Bundle, reply.body));
    const isCancelled = standingOf(found.appointment.status) === 'CANCELLED';
    if (!isCancelled || !isSameAppointment(found, current) || whoseIs(found, nhsNumber) === 'ANOTHER')
      throw badReply(supplier, 'the reply to a cancellation is not that appointment, cancelled');
    return { class: 'ACCEPTED' };
  }
  const { details } = outcomeCodes(reply.body);
  if (details.includes('REC_CONFLICT')) return null;
  const refusal = refusalOf(reply);
  switch (refusal) {
    case 'SLOT_NOT_FOUND':
      return { class: 'REJECTED', refusal: 'NOT_FOUND' };
    case 'INVALID_REQUEST':
    case 'NOT_PERMITTED':
      return { class: 'REJECTED', refusal };
    default:
      if (reply.status === 401) return { class: 'REJECTED', refusal: 'NOT_PERMITTED' };
      return outcomeOfStatus(failure, reply, throttle);
  }
}

/** A duplicate is no refusal, whoever says it: what was sent before may have been done. */
function refusalOf({ status, body }: HttpReply): BookRefusal | undefined {
  const { details, issues } = outcomeCodes(body);
  if (status >= 500 || status === 408 || issues.includes('duplicate')) return undefined;
  return details.flatMap((code) => REFUSALS.get(code) ?? [])[0];
}

function processedBefore({ status }: HttpReply): SupplierError {
  return new SupplierError(supplier, 'REQUEST_REFUSED', {
    mayHaveBeenSent: true,
    status,
    message: `${supplier}: the message was processed before`,
  });
}
