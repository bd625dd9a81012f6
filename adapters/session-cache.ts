import { LRUCache } from 'lru-cache';
import { SupplierError } from './gp-system';

/** Keeps log-ons of patients at a supplier in memory only, each for a limited time. */
export interface SessionCache<Session> {
  /**
   * Returns the kept session of the key, or a new one; callers who come meanwhile wait for the same log-on. When the time
   * of the caller who logs on runs out, the next in line does it.
   */
  get(key: string, logOn: () => Promise<Session>): Promise<Session>;
  /** Forgets the session if it is still the kept one, so that a late failure does not end a renewed session. */
  drop(key: string, session: Session): void;
}

interface Entry<Session> {
  logOn: Promise<Session>;
  session?: Session;
  until: number;
}

const MAX_SESSIONS = 5_000;

export function sessionCache<Session>(options: { ttlMs: number; now: () => Date }): SessionCache<Session> {
  const entries = new LRUCache<string, Entry<Session>>({ max: MAX_SESSIONS });

  function begin(key: string, logOn: () => Promise<Session>, time: number): Promise<Session> {
    const entry: Entry<Session> = {
      logOn: logOn().then(
        (session) => (entry.session = session),
        (error: unknown) => {
          if (entries.peek(key) === entry) entries.delete(key);
          throw error;
        },
      ),
      until: time + options.ttlMs,
    };
    entries.set(key, entry);
    return entry.logOn;
  }

  return {
    async get(key, logOn) {
      for (;;) {
        const time = options.now().getTime();
        const entry = entries.get(key);
        if (entry === undefined || entry.until <= time) return begin(key, logOn, time);
        try {
          return await entry.logOn;
        } catch (error) {
          if (!(error instanceof SupplierError && error.fault === 'TIMED_OUT')) throw error;
        }
      }
    },
    drop(key, session) {
      if (entries.peek(key)?.session === session) entries.delete(key);
    },
  };
}
