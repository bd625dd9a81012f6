import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Journey } from './journey';

/** Person who has signed in; the token never leaves the server. */
export interface SignedIn {
  accessToken: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
  kind: 'patient' | 'staff' | 'operator';
}

export interface Session {
  startedAt: number;
  person?: SignedIn | undefined;
  journey: Journey;
}

/** Sessions by an opaque random id, which is the cookie's value. */
export interface SessionStore {
  get(id: string): Promise<Session | undefined>;
  set(id: string, session: Session): Promise<void>;
  delete(id: string): Promise<void>;
}

export const SESSION_IDLE_MS = 30 * 60_000;
export const SESSION_MAX_MS = 12 * 60 * 60_000;
/** About 5 KB each: when there are more, the one unused for longest ends. */
const MAX_SESSIONS = 20_000;

export const newSessionId = () => randomBytes(32).toString('base64url');

/** Sessions in the memory of one process: they end with it. */
export function sessionsInMemory(now: () => Date): SessionStore {
  const kept = new LRUCache<string, { session: Session; usedAt: number }>({ max: MAX_SESSIONS });
  return {
    get(id) {
      const found = kept.get(id);
      if (found === undefined) return Promise.resolve(undefined);
      const at = now().getTime();
      if (at - found.usedAt < SESSION_IDLE_MS && at - found.session.startedAt < SESSION_MAX_MS)
        return Promise.resolve(structuredClone(found.session));
      kept.delete(id);
      return Promise.resolve(undefined);
    },
    set(id, session) {
      kept.set(id, { session: structuredClone(session), usedAt: now().getTime() });
      return Promise.resolve();
    },
    delete(id) {
      kept.delete(id);
      return Promise.resolve();
    },
  };
}
