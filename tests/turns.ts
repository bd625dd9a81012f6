import { setImmediate as turnOfTheLoop } from 'node:timers/promises';

/** Waits for `count` turns of the event loop: a head start for others that does not depend on the machine's speed. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await turnOfTheLoop();
}
