import { adaptiveConcurrency, type AdaptiveConcurrency, type Sample } from './adaptive-concurrency';

const never = new AbortController().signal;

/** Runs so many exchanges at once, all with the same end. */
async function round(places: AdaptiveConcurrency, count: number, sample: Sample): Promise<void> {
  const entered = await Promise.all(
    Array.from({ length: count }, () => places.enter(never, 'BOOKING', false)),
  );
  for (const { leave } of entered) leave(sample);
}

describe('adaptive concurrency', () => {
  it('lets as many in as the manifest allows, and the next when one leaves', async () => {
    const places = adaptiveConcurrency(2);
    const [first] = [
      await places.enter(never, 'BOOKING', false),
      await places.enter(never, 'BOOKING', false),
    ];
    let third = false;
    const waiting = places.enter(never, 'BOOKING', false).then(() => (third = true));
    await Promise.resolve();
    expect(third).toBe(false);
    first.leave('EASY');
    await waiting;
    expect(third).toBe(true);
  });

  it('shrinks by a third, once for one overload, and never below a tenth', async () => {
    const places = adaptiveConcurrency(40);
    await round(places, 20, 'OVERLOADED');
    expect(places.limit('BOOKING')).toBe(26);
    for (let overload = 0; overload < 20; overload++) await round(places, 1, 'OVERLOADED');
    expect(places.limit('BOOKING')).toBe(4);
  });

  it('grows by one for each round that goes well, and not above the manifest', async () => {
    const places = adaptiveConcurrency(10);
    await round(places, 1, 'OVERLOADED');
    expect(places.limit('BOOKING')).toBe(6);
    await round(places, 6, 'EASY');
    await round(places, 6, 'EASY');
    expect(places.limit('BOOKING')).toBeGreaterThanOrEqual(7);
    for (let rounds = 0; rounds < 20; rounds++) await round(places, 5, 'EASY');
    expect(places.limit('BOOKING')).toBe(10);
  });

  it('learns nothing from what tells nothing', async () => {
    const places = adaptiveConcurrency(10);
    await round(places, 5, 'UNKNOWN');
    expect(places.limit('BOOKING')).toBe(10);
  });

  it('lets the urgent in before those who wait longer', async () => {
    const places = adaptiveConcurrency(1);
    const { leave } = await places.enter(never, 'BOOKING', false);
    const order: string[] = [];
    const waiting = ['search', 'search', 'booking', 'booking'].map(async (name, index) => {
      const place = await places.enter(never, name === 'booking' ? 'BOOKING' : 'SEARCH', name === 'booking');
      order.push(`${name} ${index}`);
      place.leave('EASY');
    });
    leave('EASY');
    await Promise.all(waiting);
    expect(order).toEqual(['booking 2', 'booking 3', 'search 0', 'search 1']);
  });

  it('forgets who has abandoned up', async () => {
    const places = adaptiveConcurrency(1);
    const { leave } = await places.enter(never, 'BOOKING', false);
    const giving = new AbortController();
    const abandoned = places.enter(giving.signal, 'BOOKING', false);
    const next = places.enter(never, 'BOOKING', false);
    giving.abort();
    await expect(abandoned).rejects.toThrow();
    leave('EASY');
    (await next).leave('EASY');
    await expect(places.enter(AbortSignal.abort(), 'BOOKING', true)).rejects.toThrow();
  });

  it('keeps a quarter of the places for bookings, whatever the searches want', async () => {
    const places = adaptiveConcurrency(8);
    const searching = Array.from({ length: 12 }, () => places.enter(never, 'SEARCH', false));
    let searches = 0;
    for (const place of searching) void place.then(() => (searches += 1));
    const booking = [await places.enter(never, 'BOOKING', true), await places.enter(never, 'BOOKING', true)];
    expect(searches).toBe(6);
    for (const { leave } of booking) leave('EASY');
    await places.enter(never, 'BOOKING', false);
    expect(searches).toBe(6);
  });

  it('lets bookings take every place', async () => {
    const places = adaptiveConcurrency(8);
    await Promise.all(Array.from({ length: 8 }, () => places.enter(never, 'BOOKING', true)));
    let isSearching = false;
    void places.enter(never, 'SEARCH', false).then(() => (isSearching = true));
    await Promise.resolve();
    expect(isSearching).toBe(false);
  });

  it('learns of bookings nothing from searches', async () => {
    const places = adaptiveConcurrency(40);
    for (let overload = 0; overload < 20; overload++)
      (await places.enter(never, 'SEARCH', false)).leave('OVERLOADED');
    expect([places.limit('SEARCH'), places.limit('BOOKING')]).toEqual([3, 40]);
  });
});
