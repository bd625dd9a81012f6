const MOST_REMEMBERED = 20_000;

/** The same function, computed once per instant: all practices' slots share their times, and civil time is slow. */
export function memoized(write: (instant: Date) => string): (instant: Date) => string {
  const known = new Map<number, string>();
  return (instant) => {
    const before = known.get(instant.getTime());
    if (before !== undefined) return before;
    const text = write(instant);
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(instant.getTime(), text);
    return text;
  };
}
