/** Lets only so many operations be under way at once: beyond that everybody would wait, and nobody be served. */
export interface Admission {
  /** @returns null when there is no room; else what is to be called when the operation has ended */
  enter(): (() => void) | null;
  underWay(): number;
}

/** So many go on also where this process is late: it may be late because of something else. */
const ALWAYS = 4;

/** @param isLate whether this process already gets late to what it has let in */
export function admission(atOnce: number, isLate: () => boolean): Admission {
  let inside = 0;
  const leave = () => {
    inside -= 1;
  };
  return {
    enter() {
      if (inside >= atOnce || (inside >= ALWAYS && isLate())) return null;
      inside += 1;
      return leave;
    },
    underWay: () => inside,
  };
}
