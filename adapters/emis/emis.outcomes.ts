import type { BookOutcome, BookRefusal, CancelOutcome, Manifest } from '../gp-system';
import { outcomeOfStatus } from '../http/outcome-of-status';
import { parseJson, statusError } from '../http/parse-reply';
import type { HttpReply } from '../http/http-messages';
import { Booked, Cancelled, Failure } from './emis.replies';

/** The whole body of an expired session's answer, at whatever status. Our assumption of the text. */
const UNAUTHORISED = 'Unauthorised';

export function isUnauthorised(reply: HttpReply): boolean {
  return reply.status === 401 || reply.body.trim() === UNAUTHORISED;
}

export function bookOutcomeOf(
  reply: HttpReply,
  slotId: string,
  { id: supplier, throttle }: Manifest,
): BookOutcome {
  if (isUnauthorised(reply)) return { class: 'REJECTED', refusal: 'NOT_PERMITTED' };
  const failure = statusError(supplier, reply);
  if (!failure) {
    parseJson(supplier, Booked, reply.body);
    return { class: 'ACCEPTED', appointment: { id: slotId } };
  }
  const refusal = refusalOf(reply);
  return refusal ? { class: 'REJECTED', refusal } : outcomeOfStatus(failure, reply, throttle);
}

/** An appointment that is not there may have been cancelled or moved: that it is not there is all that is known. */
export function cancelOutcomeOf(reply: HttpReply, { id: supplier, throttle }: Manifest): CancelOutcome {
  if (isUnauthorised(reply)) return { class: 'REJECTED', refusal: 'NOT_PERMITTED' };
  const failure = statusError(supplier, reply);
  if (!failure) {
    parseJson(supplier, Cancelled, reply.body);
    return { class: 'ACCEPTED' };
  }
  switch (refusalOf(reply)) {
    case 'SLOT_NOT_FOUND':
      return { class: 'REJECTED', refusal: 'NOT_FOUND' };
    case 'SLOT_IN_PAST':
      return { class: 'REJECTED', refusal: 'TOO_LATE' };
    case 'NOT_PERMITTED':
    case 'PATIENT_NOT_ACCEPTED':
      return { class: 'REJECTED', refusal: 'NOT_PERMITTED' };
    case 'INVALID_REQUEST':
      return { class: 'REJECTED', refusal: 'INVALID_REQUEST' };
    case 'SLOT_TAKEN':
    case 'OUTSIDE_BOOKING_WINDOW':
    case 'BOOKING_LIMIT_REACHED':
    case undefined:
      return outcomeOfStatus(failure, reply, throttle);
  }
}

const CODES: ReadonlyMap<number, BookRefusal> = new Map([
  [-1152, 'SLOT_IN_PAST'],
  [-1153, 'OUTSIDE_BOOKING_WINDOW'],
  [-1154, 'OUTSIDE_BOOKING_WINDOW'],
  [-1156, 'BOOKING_LIMIT_REACHED'],
  [-1014, 'INVALID_REQUEST'],
  [-1030, 'NOT_PERMITTED'],
  [-1401, 'NOT_PERMITTED'],
  [-1104, 'PATIENT_NOT_ACCEPTED'],
  [-1107, 'PATIENT_NOT_ACCEPTED'],
  [-1551, 'PATIENT_NOT_ACCEPTED'],
  [-1552, 'PATIENT_NOT_ACCEPTED'],
  [-1553, 'PATIENT_NOT_ACCEPTED'],
]);

/** Texts of shape (b), in which code -1002 says nothing. Only the limit's is known; the others are assumptions. */
const TEXTS: readonly (readonly [RegExp, BookRefusal])[] = [
  [/limited .* to \d+ by the practice/i, 'BOOKING_LIMIT_REACHED'],
  [/slot .*not found/i, 'SLOT_NOT_FOUND'],
  [/slot .*in the past/i, 'SLOT_IN_PAST'],
  [/required field/i, 'INVALID_REQUEST'],
  [/service .*not enabled/i, 'NOT_PERMITTED'],
];

function refusalOf(reply: HttpReply): BookRefusal | undefined {
  // A web page is the word of something between us.
  if (reply.body.trimStart().startsWith('<')) return undefined;
  if (reply.status === 409) return 'SLOT_TAKEN';
  if (reply.status === 404) return 'SLOT_NOT_FOUND';
  if (reply.status === 403) return 'NOT_PERMITTED';
  const failure = Failure.safeParse(valueOf(reply.body)).data;
  if (!failure) return undefined;
  const coded = reply.status < 500 ? CODES.get(failure.InternalResponseCode ?? 0) : undefined;
  const text = (failure.Exceptions ?? []).map(({ Message }) => Message ?? '').join(' ');
  return coded ?? TEXTS.find(([pattern]) => pattern.test(text))?.[1];
}

function valueOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
