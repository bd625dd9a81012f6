import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 5;
/** Only a hung test waits so long: no machine is so slow. */
const GIVE_UP_AFTER_MS = 120_000;

/**
 * Waits until `condition` answers something other than false, null or undefined, and returns that. The bound is for a
 * hang, not a judgement of speed.
 * @throws Error naming `what` when it never does.
 */
export async function eventually<T>(
  what: string,
  condition: () => T | Promise<T>,
  giveUpAfterMs = GIVE_UP_AFTER_MS,
): Promise<Exclude<T, false | null | undefined>> {
  const end = performance.now() + giveUpAfterMs;
  for (;;) {
    const answer = await condition();
    if (isThere(answer)) return answer;
    if (performance.now() > end) throw new Error(`This did not come about: ${what}.`);
    await sleep(LOOK_EVERY_MS);
  }
}

function isThere<T>(answer: T): answer is Exclude<T, false | null | undefined> {
  return answer !== false && answer !== null && answer !== undefined;
}
