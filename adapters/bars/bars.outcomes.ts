import { Bundle } from '../fhir/bundle';
import { outcomeCodes } from '../fhir/operation-outcome';
import { type BookOutcome, type BookRefusal, type CancelOutcome, SupplierError } from '../gp-system';
import { outcomeOfStatus } from '../http/outcome-of-status';
import { badReply, parseJson, statusError } from '../http/parse-reply';
import type { HttpReply } from '../http/http-messages';
import { manifest } from './bars.manifest';
import { appointmentIn, isCancelled } from './bars.replies';

/** A code's prefix says whose fault it is: none the proxy's, `SEND_` ours, `REC_` the receiver's. */
const REFUSALS: Readonly<Record<string, BookRefusal>> = {
  REC_UNPROCESSABLE_ENTITY: 'INVALID_REQUEST',
  SEND_UNPROCESSABLE_ENTITY: 'INVALID_REQUEST',
  REC_BAD_REQUEST: 'INVALID_REQUEST',
  SEND_BAD_REQUEST: 'INVALID_REQUEST',
  REC_NOT_FOUND: 'SLOT_NOT_FOUND',
  REC_FORBIDDEN: 'NOT_PERMITTED',
  SEND_FORBIDDEN: 'NOT_PERMITTED',
  FORBIDDEN: 'NOT_PERMITTED',
};
const { id: supplier, throttle } = manifest;

export function bookOutcomeOf(reply: HttpReply): BookOutcome {
  const failure = statusError(supplier, reply);
  if (!failure) {
    const { id } = appointmentIn(parseJson(supplier, Bundle, reply.body));
    return { class: 'ACCEPTED', appointment: { id } };
  }
  const { details, issues } = outcomeCodes(reply.body);
  if (details.includes('REC_CONFLICT'))
    // A duplicate says that this very message was processed before: then the appointment is ours, and is read back.
    return issues.includes('conflict') && !issues.includes('duplicate')
      ? { class: 'REJECTED', refusal: 'SLOT_TAKEN' }
      : { class: 'AMBIGUOUS', error: processedBefore(reply) };
  const refusal = reply.status < 500 ? details.flatMap((code) => REFUSALS[code] ?? [])[0] : undefined;
  if (refusal) return { class: 'REJECTED', refusal };
  if (reply.status === 401) return { class: 'REJECTED', refusal: 'NOT_PERMITTED' };
  return outcomeOfStatus(failure, reply, throttle);
}

/** Returns null where the appointment is no longer as it was read. */
export function cancelOutcomeOf(reply: HttpReply): CancelOutcome | null {
  const failure = statusError(supplier, reply);
  if (!failure)
    return isCancelled(appointmentIn(parseJson(supplier, Bundle, reply.body)))
      ? { class: 'ACCEPTED' }
      : {
          class: 'AMBIGUOUS',
          error: badReply(supplier, 'the reply to a cancellation is not a cancelled appointment'),
        };
  const { details } = outcomeCodes(reply.body);
  if (details.includes('REC_CONFLICT')) return null;
  const refusal = reply.status < 500 ? details.flatMap((code) => REFUSALS[code] ?? [])[0] : undefined;
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

function processedBefore({ status }: HttpReply): SupplierError {
  return new SupplierError(supplier, 'REQUEST_REFUSED', {
    mayHaveBeenSent: true,
    status,
    message: `${supplier}: the message was processed before`,
  });
}
