import { outcomeCodes } from '../fhir/operation-outcome';
import type { BookOutcome, BookRefusal, CancelOutcome, Slot } from '../gp-system';
import { outcomeOfStatus } from '../http/outcome-of-status';
import { badReply, parseJson, statusError } from '../http/parse-reply';
import type { HttpReply } from '../http/http-messages';
import { FhirAppointment, isAsBooked, isSameAppointment, type SlotData } from './gp-connect.replies';
import { manifest } from './gp-connect.manifest';

/** Codes of Spine-ErrorOrWarningCode-1; specification and test suite disagree on some, so both are here. */
const REFUSALS: ReadonlyMap<string, BookRefusal> = new Map([
  ['DUPLICATE_REJECTED', 'SLOT_TAKEN'],
  ['REFERENCE_NOT_FOUND', 'SLOT_NOT_FOUND'],
  ['NO_RECORD_FOUND', 'SLOT_NOT_FOUND'],
  ['PATIENT_NOT_FOUND', 'PATIENT_NOT_ACCEPTED'],
  ['INVALID_RESOURCE', 'INVALID_REQUEST'],
  ['INVALID_PARAMETER', 'INVALID_REQUEST'],
  ['BAD_REQUEST', 'INVALID_REQUEST'],
]);
const { id: supplier, throttle } = manifest;

/** The things that a booking asked for, and that an acceptance has to name. */
export interface Asked {
  slot: Slot;
  data: SlotData;
  /** The practice's own id. */
  patientId: string;
}

/**
 * An acceptance is one only where it names what was asked for: slot, times, patient and status. A refusal is one only in the
 * supplier's own words: a bare 4xx may come from the proxy or from anything between.
 */
export function bookOutcomeOf(reply: HttpReply, { slot, data, patientId }: Asked): BookOutcome {
  const failure = statusError(supplier, reply);
  if (!failure) {
    const booked = parseJson(supplier, FhirAppointment, reply.body);
    if (!isAsBooked(booked, slot, data, patientId))
      throw badReply(supplier, 'the reply to a booking is not the appointment asked for');
    return { class: 'ACCEPTED', appointment: { id: booked.id, version: versionOf(booked, reply) } };
  }
  if (reply.status === 401 || reply.status === 403) return { class: 'REJECTED', refusal: 'NOT_PERMITTED' };
  const refusal =
    reply.status < 500
      ? outcomeCodes(reply.body).details.flatMap((code) => REFUSALS.get(code) ?? [])[0]
      : undefined;
  return refusal ? { class: 'REJECTED', refusal } : outcomeOfStatus(failure, reply, throttle);
}

/** Returns null for a stale version (409). @param current the appointment as it was sent, but for its status. */
export function cancelOutcomeOf(reply: HttpReply, current: FhirAppointment): CancelOutcome | null {
  const failure = statusError(supplier, reply);
  if (!failure) {
    const cancelled = parseJson(supplier, FhirAppointment, reply.body);
    if (cancelled.status !== 'cancelled' || !isSameAppointment(cancelled, current))
      throw badReply(supplier, 'the reply to a cancellation is not that appointment, cancelled');
    return { class: 'ACCEPTED' };
  }
  if (reply.status === 409) return null;
  if (reply.status === 461) return { class: 'REJECTED', refusal: 'TOO_LATE' };
  if (reply.status === 401 || reply.status === 403) return { class: 'REJECTED', refusal: 'NOT_PERMITTED' };
  const codes = reply.status < 500 ? outcomeCodes(reply.body).details : [];
  if (codes.includes('NO_RECORD_FOUND')) return { class: 'REJECTED', refusal: 'NOT_FOUND' };
  if (codes.length > 0) return { class: 'REJECTED', refusal: 'INVALID_REQUEST' };
  return outcomeOfStatus(failure, reply, throttle);
}

/** The version of a resource is its ETag, `W/"1"`, where the body does not say it. */
export function versionOf({ meta }: FhirAppointment, { headers }: HttpReply): string | undefined {
  return meta?.versionId ?? /"(.+)"/.exec(headers['etag'] ?? '')?.[1];
}
