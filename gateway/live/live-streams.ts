import type { HearChanges } from '../../domain/booking-changes';
import type { Timers } from '../../domain/timers';

/** One stream of a booking's states, open until its reader leaves, its time is over, or the process stops. */
export interface LiveStream {
  /** Resolves when the booking is to be read again; false: the stream is over. */
  next(): Promise<boolean>;
  /** Ends it; ending it twice does no harm. */
  end(): void;
}

export interface LiveStreams {
  /** @returns null when there is no room, and once all are closed: a stream would hold up the end of the process */
  open(payer: string, bookingId: string): LiveStream | null;
  close(): Promise<void>;
}

/** A browser opens one for each page that shows a booking. */
const MAX_PER_PAYER = 4;
const MAX_STREAMS = 1_000;
/** Hints may be lost, and some changes are nobody's doing: a time that passes. */
const LOOK_EVERY_MS = 15_000;
/** Its reader then opens another, and is identified again. */
const MAX_AGE_MS = 10 * 60_000;

export function liveStreams(changes: HearChanges, timers: Timers): LiveStreams {
  const payers = new Map<string, number>();
  const open = new Set<LiveStream>();
  let isClosed = false;

  function leave(payer: string, stream: LiveStream): void {
    open.delete(stream);
    const left = (payers.get(payer) ?? 0) - 1;
    if (left > 0) payers.set(payer, left);
    else payers.delete(payer);
  }

  return {
    open(payer, bookingId) {
      const own = payers.get(payer) ?? 0;
      if (isClosed || own >= MAX_PER_PAYER || open.size >= MAX_STREAMS) return null;
      const stream = wakingStream(changes, timers, bookingId, () => leave(payer, stream));
      payers.set(payer, own + 1);
      open.add(stream);
      return stream;
    },
    close() {
      isClosed = true;
      for (const stream of [...open]) stream.end();
      return changes.close();
    },
  };
}

function wakingStream(
  changes: HearChanges,
  timers: Timers,
  bookingId: string,
  onEnd: () => void,
): LiveStream {
  let isOver = false;
  /** A change between two looks is not missed. */
  let isDue = false;
  let wake: (() => void) | undefined;
  const stopListening = changes.listen(bookingId, () => {
    isDue = true;
    wake?.();
  });
  const stopTimer = timers.after(MAX_AGE_MS, end);

  function end(): void {
    if (isOver) return;
    isOver = true;
    stopListening();
    stopTimer();
    onEnd();
    wake?.();
  }

  return {
    end,
    async next() {
      if (!isDue && !isOver)
        await new Promise<void>((resolve) => {
          const stopLook = timers.after(LOOK_EVERY_MS, resolve);
          wake = () => {
            stopLook();
            resolve();
          };
        });
      isDue = false;
      wake = undefined;
      return !isOver;
    },
  };
}
