/** Lets only so many operations be under way at once: beyond that everybody would wait, and nobody be served. */
export interface Admission {
  /** @returns null when there is no room; else what is to be called when the operation has ended */
  enter(): (() => void) | null;
  underWay(): number;
}

export function admission(atOnce: number): Admission {
  let inside = 0;
  const leave = () => {
    inside -= 1;
  };
  return {
    enter() {
      if (inside >= atOnce) return null;
      inside += 1;
      return leave;
    },
    underWay: () => inside,
  };
}
