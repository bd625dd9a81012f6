/** Lets only so many operations be under way at once: beyond that everybody would wait, and nobody be served. */
export interface Admission {
  /**
   * @param payer the caller who has to leave room for others: a pseudonym or a digest
   * @returns null when there is no room; else a function to call once, when the operation has ended
   */
  enter(payer: string): (() => void) | null;
  underWay(): number;
}

/** Operations admitted even when this process is late: the cause may be something else. */
const ALWAYS = 4;
/** Part of the capacity that a payer who has as much in flight leaves to others. */
const SHARE = 1 / 4;

/** @param isLate whether the event loop of this process already lags */
export function admission(atOnce: number, isLate: () => boolean): Admission {
  const share = Math.max(1, Math.floor(atOnce * SHARE));
  /** Operations in flight by payer; a payer without any is absent. */
  const payers = new Map<string, number>();
  let inside = 0;

  function hasRoomFor(own: number): boolean {
    if (inside >= ALWAYS && isLate()) return false;
    return inside < (own < share ? atOnce : atOnce - share);
  }

  return {
    enter(payer) {
      const own = payers.get(payer) ?? 0;
      if (!hasRoomFor(own)) return null;
      inside += 1;
      payers.set(payer, own + 1);
      return () => {
        inside -= 1;
        const left = (payers.get(payer) ?? 0) - 1;
        if (left > 0) payers.set(payer, left);
        else payers.delete(payer);
      };
    },
    underWay: () => inside,
  };
}
