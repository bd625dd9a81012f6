import { outcomeCodes } from '../fhir/operation-outcome';
import type { BookOutcome, BookRefusal, CancelOutcome, Manifest } from '../gp-system';
import { outcomeOfStatus } from '../http/outcome-of-status';
import { badReply, parseJson, statusError } from '../http/parse-reply';
import type { HttpReply } from '../http/http-messages';
import { FhirAppointment } from './gp-connect.replies';

/** Codes of Spine-ErrorOrWarningCode-1; specification and test suite disagree on some, so both are here. */
const REFUSALS: Readonly<Record<string, BookRefusal>> = {
  DUPLICATE_REJECTED: 'SLOT_TAKEN',
  REFERENCE_NOT_FOUND: 'SLOT_NOT_FOUND',
  NO_RECORD_FOUND: 'SLOT_NOT_FOUND',
  PATIENT_NOT_FOUND: 'PATIENT_NOT_ACCEPTED',
  INVALID_RESOURCE: 'INVALID_REQUEST',
  INVALID_PARAMETER: 'INVALID_REQUEST',
  BAD_REQUEST: 'INVALID_REQUEST',
};

/** A refusal is one only in the supplier's own words: a bare 4xx may come from the proxy or from anything between. */
export function bookOutcomeOf(reply: HttpReply, { id: supplier, throttle }: Manifest): BookOutcome {
  const failure = statusError(supplier, reply);
  if (!failure) {
    const booked = parseJson(supplier, FhirAppointment, reply.body);
    return {
      class: 'ACCEPTED',
      appointment: { id: booked.id, version: booked.meta?.versionId ?? versionOf(reply) },
    };
  }
  if (reply.status === 401 || reply.status === 403) return { class: 'REJECTED', refusal: 'NOT_PERMITTED' };
  const refusal =
    reply.status < 500
      ? outcomeCodes(reply.body).details.flatMap((code) => REFUSALS[code] ?? [])[0]
      : undefined;
  return refusal ? { class: 'REJECTED', refusal } : outcomeOfStatus(failure, reply, throttle);
}

/** Returns null for a stale version (409). */
export function cancelOutcomeOf(
  reply: HttpReply,
  { id: supplier, throttle }: Manifest,
): CancelOutcome | null {
  const failure = statusError(supplier, reply);
  if (!failure) {
    const { status } = parseJson(supplier, FhirAppointment, reply.body);
    return status === 'cancelled'
      ? { class: 'ACCEPTED' }
      : {
          class: 'AMBIGUOUS',
          error: badReply(supplier, 'the reply to a cancellation is not a cancelled appointment'),
        };
  }
  if (reply.status === 409) return null;
  if (reply.status === 461) return { class: 'REJECTED', refusal: 'TOO_LATE' };
  if (reply.status === 401 || reply.status === 403) return { class: 'REJECTED', refusal: 'NOT_PERMITTED' };
  const codes = reply.status < 500 ? outcomeCodes(reply.body).details : [];
  if (codes.includes('NO_RECORD_FOUND')) return { class: 'REJECTED', refusal: 'NOT_FOUND' };
  if (codes.length > 0) return { class: 'REJECTED', refusal: 'INVALID_REQUEST' };
  return outcomeOfStatus(failure, reply, throttle);
}

/** The version of a new resource is its ETag, `W/"1"`, where the body does not say it. */
function versionOf(reply: HttpReply): string | undefined {
  return /"(.+)"/.exec(reply.headers['etag'] ?? '')?.[1];
}
