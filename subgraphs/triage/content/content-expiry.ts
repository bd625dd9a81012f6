import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import { backgroundTimers, type Timers } from '../../../domain/timers';
import { runPeriodically, type PeriodicTask } from '../../../platform/run-periodically';
import type { SwitchedOff, Switches } from '../switches/switches';
import type { Content } from './content';

/**
 * The end of the signatures over live content, in a process that runs on. It is announced for thirty days; from that moment
 * everything is switched off as by an operator, so that nobody is asked, advised or booked on content for which nobody answers.
 */

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
const ANNOUNCED_FOR_MS = 30 * DAY_MS;

const EVERYTHING: SwitchedOff = { has: () => true };

type Expiring = Pick<Content, 'liveUntil'>;

/** Tells whether content was live and is not any more. */
export function hasLapsed({ liveUntil }: Expiring, now: Date): boolean {
  return liveUntil !== null && liveUntil <= now;
}

/** The kill switches, and everything off once the content has lapsed; signing it again and a restart bring it back. */
export function switchesOffAtExpiry(switches: Switches, content: Expiring, now: () => Date): Switches {
  return {
    ...switches,
    read: () => (hasLapsed(content, now()) ? Promise.resolve(EVERYTHING) : switches.read()),
  };
}

/** Says so in the log once an hour, as long as there is something to say. */
export function announceExpiry(
  { liveUntil }: Expiring,
  now: () => Date,
  logger: Logger,
  timers: Timers = backgroundTimers,
): PeriodicTask {
  return runPeriodically(
    'looking for the end of the content’s signatures',
    { pauseMs: () => HOUR_MS, logger, timers },
    () => {
      const leftMs = liveUntil === null ? Infinity : liveUntil.getTime() - now().getTime();
      if (leftMs <= 0)
        logger.error({ liveUntil }, 'triage content is not signed any more: everybody is told to call 111');
      else if (leftMs <= ANNOUNCED_FOR_MS)
        logger.warn(
          { liveUntil, daysLeft: Math.floor(leftMs / DAY_MS) },
          'the signatures of the triage content end soon: sign it again, deploy and restart',
        );
      return Promise.resolve();
    },
  );
}

/** `gp_booking_clinical_content_seconds_left`; absent while the content is a demonstration. */
export function registerExpiry(
  registry: Registry | undefined,
  { liveUntil }: Expiring,
  now: () => Date,
): void {
  if (registry === undefined || liveUntil === null) return;
  new Gauge({
    name: 'gp_booking_clinical_content_seconds_left',
    help: 'Seconds until a signature over the live triage content ends; from 0 on nothing is offered.',
    registers: [registry],
    collect() {
      this.set(Math.max(0, (liveUntil.getTime() - now().getTime()) / 1_000));
    },
  });
}
