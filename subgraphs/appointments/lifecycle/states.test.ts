import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { statesPage } from '../../../scripts/booking-states';
import {
  nextState,
  BOOKING_EVENTS,
  BOOKING_STATES,
  isOneOf,
  LIVE_STATES,
  MANUAL_STATES,
  statusOf,
  COMPARED_STATES,
  UNSETTLED_STATES,
} from './states';

const every = BOOKING_STATES.flatMap((state) => BOOKING_EVENTS.map((event) => ({ state, event })));
const moves = every.filter(({ state, event }) => nextState(state, event) !== null);

describe('the life of a booking', () => {
  test('every state and event either moves or is refused, as listed', () => {
    expect(
      moves.map(({ state, event }) => `${state} -${event}-> ${nextState(state, event) ?? ''}`),
    ).toMatchSnapshot();
    expect(every).toHaveLength(BOOKING_STATES.length * BOOKING_EVENTS.length);
  });

  test('nothing leaves a final state', () => {
    for (const event of BOOKING_EVENTS) expect(nextState('CANCELLED_BY_PRACTICE', event)).toBeNull();
  });

  test('only what the supplier said, or an operator heard from the practice, confirms; a move, the person too', () => {
    const confirming = moves
      .filter(({ state, event }) => state !== 'MOVED' && nextState(state, event) === 'CONFIRMED')
      .map(({ event }) => event);
    expect(new Set(confirming)).toEqual(
      new Set(['ACCEPTED', 'FOUND', 'CANCEL_REFUSED', 'ADOPTED', 'SETTLED_AS_STANDING']),
    );
    expect(BOOKING_EVENTS.filter((event) => nextState('MOVED', event) === 'CONFIRMED')).toEqual([
      'MOVE_ACCEPTED',
    ]);
  });

  test('a slot that may be taken by us stays guarded', () => {
    const unguarded = BOOKING_STATES.filter((state) => !LIVE_STATES.some((live) => live === state));
    expect(unguarded).toEqual([
      'FAILED',
      'CANCELLED',
      'CANCELLED_BY_PRACTICE',
      'ORPHAN_FOUND',
      'ORPHAN_MANUAL',
      'DUPLICATE_FOUND',
      'DUPLICATE_MANUAL',
    ]);
  });

  test('every unsettled state can be settled', () => {
    const stuck = UNSETTLED_STATES.filter(
      (state) => !BOOKING_EVENTS.some((event) => nextState(state, event)),
    );
    expect(stuck).toEqual([]);
  });

  test('no state is left without somebody who looks after it', () => {
    const looked = [...UNSETTLED_STATES, ...MANUAL_STATES, ...COMPARED_STATES];
    const resting = BOOKING_STATES.filter((state) => !isOneOf(looked, state));
    expect(resting).toEqual(['CANCELLED_BY_PRACTICE']);
  });

  test('what an operator may settle, an operator can settle either way', () => {
    for (const state of MANUAL_STATES) {
      expect(nextState(state, 'SETTLED_AS_STANDING')).toBe('CONFIRMED');
      expect(nextState(state, 'SETTLED_AS_ABSENT')).toMatch(/^(FAILED|CANCELLED|CANCELLED_BY_PRACTICE)$/);
    }
  });

  test('the picture in the documents is of these states', () => {
    expect(readFileSync(join(__dirname, '../../../docs/booking-states.md'), 'utf8')).toBe(statesPage());
  });

  test('the person is told CONFIRMED from the state CONFIRMED alone', () => {
    expect(BOOKING_STATES.filter((state) => statusOf(state) === 'CONFIRMED')).toEqual(['CONFIRMED']);
  });
});
