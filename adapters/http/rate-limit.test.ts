import { manualTimers } from '../../domain/manual-timers';
import { rateLimit } from './rate-limit';

const never = new AbortController().signal;

/** Lets everything happen that waits for nothing but its turn. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('pace', () => {
  it('lets a second’s worth go at once, and then spreads, in order', async () => {
    const timers = manualTimers();
    const paced = rateLimit(10, timers);
    const gone: number[] = [];
    for (let index = 0; index < 12; index++) void paced.turn(never).then(() => gone.push(index));
    await turn();
    expect(gone).toHaveLength(10);
    timers.advance(101);
    await turn();
    expect(gone.slice(10)).toEqual([10]);
    timers.advance(100);
    await turn();
    expect(gone.slice(10)).toEqual([10, 11]);
  });

  it('keeps to the rate in the long run', async () => {
    const timers = manualTimers(0);
    const paced = rateLimit(50, timers);
    let sent = 0;
    async function ask(): Promise<void> {
      while (timers.elapsedMs() < 10_000) {
        await paced.turn(never);
        sent += 1;
      }
    }
    const asking = ask();
    while (timers.elapsedMs() < 10_000) {
      await turn();
      timers.advance(10);
    }
    await asking;
    expect(sent).toBeLessThanOrEqual(50 * 11 + 1);
    expect(sent).toBeGreaterThan(50 * 9);
  });

  it('takes no turn from others when a caller gives up while waiting', async () => {
    const timers = manualTimers();
    const paced = rateLimit(1, timers);
    await paced.turn(never);
    const giving = new AbortController();
    const impatient = Array.from({ length: 9 }, () => paced.turn(giving.signal));
    const refused = Promise.allSettled(impatient);
    let gone = false;
    void paced.turn(never).then(() => (gone = true));
    giving.abort(new Error('given up'));
    await refused;
    timers.advance(1_001);
    await turn();
    expect(gone).toBe(true);
  });
});
