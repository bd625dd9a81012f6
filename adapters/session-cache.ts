import { SupplierError } from './gp-system';

/** Log-ons of patients at a supplier, kept in memory only, each for a limited time. */
export interface SessionCache<Session> {
  /**
   * The kept session of the key, or a new one; whoever asks meanwhile waits for the same log-on. When the one who logs on
   * has no time left, the next in line does it.
   */
  get(key: string, logOn: () => Promise<Session>): Promise<Session>;
  /** Forgets the session if it is still the kept one, so that a late failure does not end a renewed session. */
  drop(key: string, session: Session): void;
}

const MOST_SESSIONS = 5_000;

export function sessionCache<Session>(options: { ttlMs: number; now: () => Date }): SessionCache<Session> {
  const kept = new Map<string, { logOn: Promise<Session>; session?: Session; until: number }>();

  return {
    async get(key, logOn) {
      for (;;) {
        const time = options.now().getTime();
        const known = kept.get(key);
        if (known === undefined || known.until <= time) return begin(key, logOn, time);
        try {
          return await known.logOn;
        } catch (error) {
          if (!(error instanceof SupplierError && error.fault === 'TIMED_OUT')) throw error;
        }
      }
    },
    drop(key, session) {
      if (kept.get(key)?.session === session) kept.delete(key);
    },
  };

  function begin(key: string, logOn: () => Promise<Session>, time: number): Promise<Session> {
    const entry: { logOn: Promise<Session>; session?: Session; until: number } = {
      logOn: logOn().then(
        (session) => (entry.session = session),
        (error: unknown) => {
          if (kept.get(key) === entry) kept.delete(key);
          throw error;
        },
      ),
      until: time + options.ttlMs,
    };
    kept.delete(key);
    kept.set(key, entry);
    // A Map remembers the order of insertion, so the first key is the oldest.
    for (const oldest of kept.keys()) {
      if (kept.size <= MOST_SESSIONS) break;
      kept.delete(oldest);
    }
    return entry.logOn;
  }
}
