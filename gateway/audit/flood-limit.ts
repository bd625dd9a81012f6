const MINUTE_MS = 60_000;

/** Counts by where something comes from, for a minute at a time. */
export interface FloodLimit {
  /** False: there were too many in this minute, from there or in all. */
  admits(source: string): boolean;
}

export interface FloodLimits {
  perSource: number;
  inAll: number;
}

/** @param elapsedMs a clock that never goes back */
export function floodLimit({ perSource, inAll }: FloodLimits, elapsedMs: () => number): FloodLimit {
  let startedAt = -Infinity;
  let admitted = 0;
  /** No more of them than are admitted: nobody else is remembered. */
  const bySource = new Map<string, number>();
  return {
    admits(source) {
      const now = elapsedMs();
      if (now - startedAt >= MINUTE_MS) {
        startedAt = now;
        admitted = 0;
        bySource.clear();
      }
      const before = bySource.get(source) ?? 0;
      if (before >= perSource || admitted >= inAll) return false;
      bySource.set(source, before + 1);
      admitted += 1;
      return true;
    },
  };
}
