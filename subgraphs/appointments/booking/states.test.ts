import { after, BOOKING_EVENTS, BOOKING_STATES, LIVE_STATES, statusOf, UNSETTLED_STATES } from './states';

const every = BOOKING_STATES.flatMap((state) => BOOKING_EVENTS.map((event) => ({ state, event })));
const moves = every.filter(({ state, event }) => after(state, event) !== null);

describe('the life of a booking', () => {
  test('every state and event either moves or is refused, as listed', () => {
    expect(
      moves.map(({ state, event }) => `${state} -${event}-> ${after(state, event) ?? ''}`),
    ).toMatchSnapshot();
    expect(every).toHaveLength(BOOKING_STATES.length * BOOKING_EVENTS.length);
  });

  test('nothing leaves a final state', () => {
    for (const event of BOOKING_EVENTS)
      for (const state of ['FAILED', 'CANCELLED'] as const) expect(after(state, event)).toBeNull();
  });

  test('only the supplier, asked or read back, confirms', () => {
    const confirming = moves
      .filter(({ state, event }) => after(state, event) === 'CONFIRMED')
      .map(({ event }) => event);
    expect(new Set(confirming)).toEqual(new Set(['ACCEPTED', 'FOUND', 'CANCEL_REFUSED']));
  });

  test('a slot that may be taken by us stays guarded', () => {
    const unguarded = BOOKING_STATES.filter((state) => !LIVE_STATES.some((live) => live === state));
    expect(unguarded).toEqual(['FAILED', 'CANCELLED']);
  });

  test('every unsettled state can be settled', () => {
    for (const state of UNSETTLED_STATES)
      expect(BOOKING_EVENTS.some((event) => after(state, event))).toBe(true);
  });

  test('the person is told CONFIRMED from the state CONFIRMED alone', () => {
    expect(BOOKING_STATES.filter((state) => statusOf(state) === 'CONFIRMED')).toEqual(['CONFIRMED']);
  });
});
