/** Lets only so many operations be under way at once: beyond that everybody would wait, and nobody be served. */
export interface Admission {
  /**
   * @param payer who has to leave room for others: a pseudonym or a digest
   * @returns null when there is no room; else what is to be called, once, when the operation has ended
   */
  enter(payer: string): (() => void) | null;
  underWay(): number;
}

/** So many go on also where this process is late: it may be late because of something else. */
const ALWAYS = 4;
/** Of the room: whoever has as much inside already leaves the last such part to others. */
const SHARE = 1 / 4;

/** @param isLate whether this process already gets late to what it has let in */
export function admission(atOnce: number, isLate: () => boolean): Admission {
  const share = Math.max(1, Math.floor(atOnce * SHARE));
  /** How many operations of each payer are under way; who has none is not in it. */
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
