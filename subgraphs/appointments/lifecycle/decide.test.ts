import { decide } from './decide';
import type { Decision } from './decision';
import type { KnownBooking, Observation, BookingClock } from './observation';
import { everyObservation, knownBooking, knownSlot } from './every-observation';
import {
  BOOKING_STATES,
  isOneOf,
  LIVE_STATES,
  MANUAL_STATES,
  nextState,
  UNSETTLED_STATES,
  type BookingState,
} from './states';

const NOW = new Date('2026-11-30T12:00:00Z');
const MINUTE = 60_000;
const PACE: BookingClock = { now: NOW, settleMs: 16_000, cancelLeaseMs: 13_000, compareEveryMs: 15 * MINUTE };
const ago = (ms: number) => new Date(NOW.getTime() - ms);
const ahead = (ms: number) => new Date(NOW.getTime() + ms);

interface Case {
  name: string;
  booking: KnownBooking;
  seen: Observation;
  decision: Decision;
}

/** Both sides of every edge of the clock that a decision looks at. */
const STARTS = [-1, 30 * MINUTE - 1, 30 * MINUTE, 24 * 60 * MINUTE].map(ahead);
const SINCE = [0, 60 * MINUTE, 60 * MINUTE + 1, 120 * MINUTE, 120 * MINUTE + 1].map(ago);
const READS = [0, 1, 2, 3, 4];

/** States × observations × edges of the clock × what was read before. */
function* everyCase(): Generator<Case> {
  for (const state of BOOKING_STATES)
    for (const startsAt of STARTS)
      for (const since of SINCE)
        for (const reads of READS)
          for (const replacedBy of [null, 'another'])
            for (const id of [null, 'ours', 'theirs']) {
              const booking = knownBooking(NOW, {
                state,
                slot: knownSlot(startsAt),
                changedAt: since,
                unknownSince: isOneOf(UNSETTLED_STATES, state) ? since : null,
                absentReads: reads,
                failedReads: reads,
                replacedBy,
                appointment: id === null ? null : { id },
              });
              for (const [name, seen] of everyObservation(booking.slot))
                yield { name: `${state}: ${name}`, booking, seen, decision: decide(booking, seen, PACE) };
            }
}

const cases = [...everyCase()];

/** Names of the cases that break a promise, each once. */
function breaking(isBroken: (one: Case) => boolean): string[] {
  return [...new Set(cases.filter(isBroken).map(({ name }) => name))];
}

function stateAfter({ booking, decision }: Case): BookingState {
  return decision.kind === 'TRANSITION'
    ? (nextState(booking.state, decision.event) ?? booking.state)
    : booking.state;
}

const movesTo = (state: BookingState) => (one: Case) =>
  one.decision.kind === 'TRANSITION' && stateAfter(one) === state;

/** Two reads that agree, and four while the slot is taken; one more of a booking whose first read comes at once. */
function isProof({ state, absentReads }: KnownBooking, slot: string | null): boolean {
  const counted = absentReads + 1 - (state === 'UNKNOWN' ? 1 : 0);
  return slot === 'FREE' ? counted >= 2 : slot === 'TAKEN' && counted >= 4;
}

it('looks at every state, observation and edge', () => {
  expect(cases.length).toBeGreaterThan(200_000);
});

it('decides only events that apply', () => {
  expect(
    breaking(
      ({ booking, decision }) =>
        decision.kind === 'TRANSITION' && nextState(booking.state, decision.event) === null,
    ),
  ).toEqual([]);
});

it('confirms on the word of the practice alone (promise 2)', () => {
  const confirms = movesTo('CONFIRMED');
  expect(
    breaking((one) => {
      if (!confirms(one)) return false;
      const { booking, seen } = one;
      switch (seen.kind) {
        case 'BOOKED':
          return !['UNKNOWN', 'MISSING'].includes(booking.state) && seen.isWanted !== true;
        case 'PERSON_ACCEPTS_MOVE':
          return booking.state !== 'MOVED';
        case 'OPERATOR_SAYS':
          return !seen.stands;
        case 'BOOKING_ANSWERED':
          return seen.outcome.class !== 'ACCEPTED';
        case 'CANCELLATION_ANSWERED':
          return seen.outcome.class === 'ACCEPTED' || seen.outcome.class === 'AMBIGUOUS';
        default:
          return true;
      }
    }),
  ).toEqual([]);
});

it('says that it failed, or is cancelled, only on a word or a proof (promise 3)', () => {
  const ends = new Set<BookingState>(['FAILED', 'CANCELLED', 'CANCELLED_BY_PRACTICE']);
  expect(
    breaking((one) => {
      const { booking, seen, decision } = one;
      if (decision.kind !== 'TRANSITION' || !ends.has(stateAfter(one))) return false;
      switch (seen.kind) {
        case 'ABSENT':
          // What has begun is not listed any more.
          return booking.slot.startsAt <= NOW || !isProof(booking, seen.slot);
        case 'HIDDEN':
          return booking.slot.startsAt <= NOW || seen.slot !== 'FREE' || !isProof(booking, seen.slot);
        case 'CANCELLED':
          return booking.state === 'UNKNOWN' && seen.slot === null;
        case 'BOOKED':
          return true;
        case 'OBJECTED':
          return booking.state !== 'BOOKING';
        case 'BOOKING_ANSWERED':
          return seen.outcome.class === 'AMBIGUOUS' || seen.outcome.class === 'ACCEPTED';
        case 'CANCELLATION_ANSWERED':
          return seen.outcome.class !== 'ACCEPTED';
        case 'OPERATOR_SAYS':
          return seen.stands;
        default:
          return true;
      }
    }),
  ).toEqual([]);
});

it('leaves nothing unsettled for ever: it is looked at again, or comes to an operator in time (promise 4)', () => {
  expect(
    breaking((one) => {
      const { decision } = one;
      if (!isOneOf(UNSETTLED_STATES, stateAfter(one))) return false;
      switch (decision.kind) {
        case 'TRANSITION':
          return decision.changes.nextCheckMs === null;
        case 'WAIT':
          return decision.nextCheckMs === null;
        case 'ACT':
        case 'IGNORE':
          return false;
      }
    }),
  ).toEqual([]);
  const late = breaking(
    ({ booking, seen, decision }) =>
      isOneOf(['UNKNOWN', 'CANCEL_UNKNOWN', 'ORPHAN_FOUND', 'DUPLICATE_FOUND'], booking.state) &&
      ['NOT_READABLE', 'NOT_ASKED'].includes(seen.kind) &&
      booking.slot.startsAt.getTime() < ahead(30 * MINUTE).getTime() &&
      !(decision.kind === 'TRANSITION' && decision.event === 'OUT_OF_TIME'),
  );
  expect(late).toEqual([]);
});

it('never books, and cancels only what is surely ours and was to be cancelled (promises 2 and 6)', () => {
  const acts = new Set(
    cases.flatMap(({ decision }) =>
      decision.kind === 'ACT' || (decision.kind === 'TRANSITION' && decision.action !== null)
        ? [decision.action]
        : [],
    ),
  );
  expect(acts).toEqual(
    new Set(['CANCEL_AT_PRACTICE', 'LOOK_AT_SLOT', 'LOOK_FOR_ANOTHER_BOOKING', 'ASK_WHETHER_WANTED']),
  );
  expect(
    breaking((one) => {
      const { booking, seen, decision } = one;
      if (decision.kind === 'TRANSITION') return decision.action !== null && stateAfter(one) !== 'CANCELLING';
      if (decision.kind !== 'ACT' || decision.action !== 'CANCEL_AT_PRACTICE') return false;
      const isLate = booking.state === 'ORPHAN_FOUND' || booking.state === 'DUPLICATE_FOUND';
      return !(
        isLate &&
        seen.kind === 'BOOKED' &&
        (seen.isMarked || booking.appointment?.id === seen.appointment.id)
      );
    }),
  ).toEqual([]);
});

it('asks each fact once, so that it comes to an end', () => {
  expect(
    breaking(({ seen, decision }) => {
      if (decision.kind !== 'ACT') return false;
      switch (decision.action) {
        case 'LOOK_AT_SLOT':
          return !('slot' in seen) || seen.slot !== null;
        case 'LOOK_FOR_ANOTHER_BOOKING':
          return seen.kind !== 'BOOKED' || seen.isOfAnother !== null;
        case 'ASK_WHETHER_WANTED':
          return seen.kind !== 'BOOKED' || seen.isWanted !== null;
        case 'CANCEL_AT_PRACTICE':
          return false;
      }
    }),
  ).toEqual([]);
});

it('does not give back a booking that takes another’s place without telling somebody (promise 2)', () => {
  expect(
    breaking(
      (one) =>
        one.booking.replacedBy !== null &&
        one.booking.state === 'CANCELLING' &&
        one.seen.kind === 'CANCELLATION_ANSWERED' &&
        stateAfter(one) === 'CONFIRMED',
    ),
  ).toEqual([]);
});

it('leaves what an operator has in hand to the operator, and to what the practice says late', () => {
  expect(
    breaking(
      ({ booking, seen, decision }) =>
        isOneOf(MANUAL_STATES, booking.state) &&
        // The practice's book may show it again.
        booking.state !== 'MISSING' &&
        decision.kind === 'TRANSITION' &&
        seen.kind !== 'OPERATOR_SAYS' &&
        !('outcome' in seen && seen.outcome.class === 'ACCEPTED'),
    ),
  ).toEqual([]);
});

it('says of what may have been moved neither that it failed nor that it is cancelled (promise 11)', () => {
  const mayHaveMoved = ({ seen }: Case) => seen.kind === 'ABSENT' && seen.mayHaveMoved === true;
  expect(cases.some((one) => mayHaveMoved(one) && movesTo('MANUAL')(one))).toBe(true);
  for (const state of ['FAILED', 'CANCELLED', 'CANCELLED_BY_PRACTICE'] as const)
    expect(
      breaking((one) => one.booking.state !== state && mayHaveMoved(one) && movesTo(state)(one)),
    ).toEqual([]);
});

it('says of a move that it is one, and of a cancellation that it is one (promise 11)', () => {
  const standing = ['CONFIRMED', 'MOVED', 'MISSING', 'UNKNOWN'];
  expect(
    breaking((one) => {
      const { booking, seen } = one;
      if (seen.kind !== 'BOOKED' || !standing.includes(booking.state)) return false;
      const isElsewhere = (['mode', 'clinicianName', 'sessionName'] as const).some(
        (part) => seen.slot[part] !== booking.slot[part],
      );
      const isMoved = isElsewhere || seen.slot.startsAt.getTime() !== booking.slot.startsAt.getTime();
      return (one.decision.kind === 'TRANSITION' && one.decision.event === 'MOVED_AT_PRACTICE') !== isMoved;
    }),
  ).toEqual([]);
  expect(breaking((one) => one.seen.kind !== 'BOOKED' && movesTo('MOVED')(one))).toEqual([]);
});

it('does not wait for a supplier beyond the time in which an operator can still act (promise 4)', () => {
  const greedy = { class: 'THROTTLED', retryAfterMs: Number.MAX_SAFE_INTEGER } as const;
  for (const isFirstTry of [true, false])
    for (const startsAt of STARTS) {
      const booking = knownBooking(NOW, {
        state: 'CANCELLING',
        slot: knownSlot(startsAt),
        replacedBy: 'another',
      });
      const decision = decide(booking, { kind: 'CANCELLATION_ANSWERED', outcome: greedy, isFirstTry }, PACE);
      const waitMs = decision.kind === 'TRANSITION' ? decision.changes.nextCheckMs : Infinity;
      const left = startsAt.getTime() - NOW.getTime() - 30 * MINUTE;
      expect(waitMs ?? 0).toBeLessThanOrEqual(Math.max(PACE.settleMs, Math.min(left, 60 * MINUTE)));
    }
});

it('reads the book of what stands shortly before its start, and once after it', () => {
  const looks: number[] = [];
  for (let at = -40 * MINUTE; looks.length < 20;) {
    const booking = knownBooking(NOW, { state: 'CONFIRMED', slot: knownSlot(NOW) });
    const decision = decide(
      booking,
      { kind: 'NOT_READABLE', evidence: { asked: 'READ_BACK', answer: 'FAILED' } },
      { ...PACE, now: new Date(NOW.getTime() + at) },
    );
    if (decision.kind !== 'WAIT' || decision.nextCheckMs === null) break;
    at += decision.nextCheckMs;
    looks.push(at / MINUTE);
  }
  expect(looks).toEqual([-25, -15, -10, -5, 1]);
});

it('takes a slot for free again only when it is known not to be ours (promise 1)', () => {
  const fromLive = breaking((one) => {
    const { booking, seen } = one;
    const isLet = isOneOf(LIVE_STATES, booking.state) && !isOneOf(LIVE_STATES, stateAfter(one));
    const doubtful = ['NOT_READABLE', 'NOT_ASKED', 'LEASE_EXPIRED', 'APPOINTMENT_UNNAMED', 'START_PASSED'];
    return isLet && doubtful.includes(seen.kind);
  });
  expect(fromLive).toEqual([]);
});

it('waits for a supplier no longer than a minute between reads that fail', () => {
  const longest = Math.max(
    ...cases.flatMap(({ seen, decision }) =>
      seen.kind === 'NOT_READABLE' && decision.kind === 'WAIT' && decision.failedReads > 0
        ? [decision.nextCheckMs ?? Infinity]
        : [],
    ),
  );
  expect(longest).toBeLessThanOrEqual(MINUTE);
});
