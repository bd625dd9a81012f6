import { SupplierError, type BookOutcome, type CancelOutcome } from '../../../adapters/gp-system';
import { OBJECTIONS } from './failures';
import type { KnownBooking, Observation, SlotInBook } from './observation';

/** One example of every observation, by name: for the page of states, and for tests. */
export function everyObservation(slot: SlotInBook): ReadonlyMap<string, Observation> {
  return new Map<string, Observation>([
    ...Object.entries(BOOK_OUTCOMES).map(
      ([name, outcome]) =>
        [`the practice answers the booking: ${name}`, { kind: 'BOOKING_ANSWERED', outcome }] as const,
    ),
    ...Object.entries(CANCEL_OUTCOMES).flatMap(([name, outcome]) =>
      [true, false].map(
        (isFirstTry) =>
          [
            `the practice answers the cancellation: ${name}${isFirstTry ? '' : ', again'}`,
            { kind: 'CANCELLATION_ANSWERED', outcome, isFirstTry },
          ] as const,
      ),
    ),
    ...OBJECTIONS.map((why) => [`before it is sent: ${why}`, { kind: 'OBJECTED', why }] as const),
    ['its name at the practice is not known', { kind: 'APPOINTMENT_UNNAMED' }],
    ['the process that was at it is gone', { kind: 'LEASE_EXPIRED' }],
    ['the person cancels', { kind: 'PERSON_CANCELS', reason: 'CANNOT_ATTEND' }],
    ['the person accepts the move', { kind: 'PERSON_ACCEPTS_MOVE' }],
    ['an operator says that it stands', { kind: 'OPERATOR_SAYS', stands: true }],
    ['an operator says that it does not stand', { kind: 'OPERATOR_SAYS', stands: false }],
    ['the practice cannot be asked', { kind: 'NOT_ASKED' }],
    ['its time has passed', { kind: 'START_PASSED' }],
    [
      'the book cannot be read',
      { kind: 'NOT_READABLE', evidence: { asked: 'READ_BACK', answer: 'FAILED TIMED_OUT' } },
    ],
    ...(['CANCELLED', 'ABSENT', 'HIDDEN'] as const).flatMap((kind) =>
      ([null, 'FREE', 'TAKEN', 'NOT_READABLE'] as const).map(
        (slot) =>
          [
            `the book ${IN_BOOK[kind]}${slot === null ? '' : `, the slot as ${IN_WORDS[slot]}`}`,
            { kind, slot },
          ] as const,
      ),
    ),
    ...(['FREE', 'TAKEN', 'NOT_READABLE'] as const).map(
      (slot) =>
        [
          `the book has another that may be it, the slot as ${IN_WORDS[slot]}`,
          { kind: 'ABSENT', mayHaveMoved: true, slot },
        ] as const,
    ),
    ...BOOKED.map(
      ([name, facts]) =>
        [
          `the book has it${name}`,
          {
            kind: 'BOOKED',
            appointment: { id: 'theirs', version: '2' },
            slot,
            ...UNKNOWN_FACTS,
            ...facts,
          },
        ] as const,
    ),
    ...Object.entries(MOVES).map(
      ([name, change]) =>
        [
          `the book has it ${name}`,
          {
            kind: 'BOOKED',
            appointment: { id: 'theirs', version: '2' },
            slot: { ...slot, ...change(slot) },
            ...UNKNOWN_FACTS,
          },
        ] as const,
    ),
  ]);
}

const UNKNOWN_FACTS = { isMarked: true, isOfAnother: null, isWanted: null };
const BOOKED = [
  ['', {}],
  [', without our mark', { isMarked: false }],
  [', and it is another booking of ours', { isOfAnother: true }],
  [', and it is no other booking of ours', { isOfAnother: false }],
  [', without our mark, and it is no other booking of ours', { isMarked: false, isOfAnother: false }],
  [', and it is still wanted', { isWanted: true }],
  [', and it is not wanted any more', { isWanted: false }],
  [', without our mark, and it is not wanted any more', { isMarked: false, isWanted: false }],
] as const;

const MOVES: Readonly<Record<string, (slot: SlotInBook) => Partial<SlotInBook>>> = {
  'at another time': ({ startsAt }) => ({ startsAt: new Date(startsAt.getTime() + 600_000) }),
  'with another clinician': () => ({ clinicianName: 'Dr B Other' }),
  'in another session': () => ({ sessionName: 'Another session' }),
  'in another mode': () => ({ mode: 'VIDEO' }),
};

const IN_BOOK = {
  CANCELLED: 'has it as cancelled',
  ABSENT: 'has it as absent',
  HIDDEN: 'does not show its patient',
};
const IN_WORDS = { FREE: 'free', TAKEN: 'taken', NOT_READABLE: 'not readable' };

const error = new SupplierError('supplier', 'TIMED_OUT', { mayHaveBeenSent: true });

const BOOK_OUTCOMES: Readonly<Record<string, BookOutcome>> = {
  yes: { class: 'ACCEPTED', appointment: { id: 'theirs', version: '1' } },
  'no, the slot is taken': { class: 'REJECTED', refusal: 'SLOT_TAKEN' },
  'too many requests': { class: 'THROTTLED', retryAfterMs: 1_000 },
  'it was not sent': { class: 'NOT_SENT', error },
  'none, or none that can be understood': { class: 'AMBIGUOUS', error },
};

const CANCEL_OUTCOMES: Readonly<Record<string, CancelOutcome>> = {
  yes: { class: 'ACCEPTED' },
  'no, too late': { class: 'REJECTED', refusal: 'TOO_LATE' },
  'no, it has changed': { class: 'REJECTED', refusal: 'CHANGED_MEANWHILE' },
  'no, there is none': { class: 'REJECTED', refusal: 'NOT_FOUND' },
  'no, not permitted': { class: 'REJECTED', refusal: 'NOT_PERMITTED' },
  'no, not valid': { class: 'REJECTED', refusal: 'INVALID_REQUEST' },
  'too many requests': { class: 'THROTTLED', retryAfterMs: 1_000 },
  'it was not sent': { class: 'NOT_SENT', error },
  'none, or none that can be understood': { class: 'AMBIGUOUS', error },
};

/** A booking in a state, as it is known an hour before it starts and a minute after it got there, unless said otherwise. */
export function knownBooking(
  now: Date,
  changes: Partial<KnownBooking> & Pick<KnownBooking, 'state'>,
): KnownBooking {
  return {
    appointment: null,
    slot: knownSlot(new Date(now.getTime() + 60 * 60_000)),
    unknownSince: null,
    changedAt: new Date(now.getTime() - 60_000),
    absentReads: 0,
    failedReads: 0,
    replacedBy: null,
    ...changes,
  };
}

/** A slot of which everything is known. */
export function knownSlot(startsAt: Date): SlotInBook {
  return {
    id: 'slot',
    startsAt,
    endsAt: new Date(startsAt.getTime() + 600_000),
    mode: 'IN_PERSON',
    sessionName: 'Morning surgery',
    clinicianName: 'Dr A Known',
  };
}
