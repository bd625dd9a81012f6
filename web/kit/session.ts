import { createHash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { counted } from './texts';

/** Somebody who has signed in. The token stays on the server. */
const SignedIn = z.object({
  /** The provider's own id for the person. */
  subject: z.string(),
  accessToken: z.string(),
  /** Milliseconds since 1970: when the token ends. */
  expiresAt: z.number(),
  kind: z.enum(['patient', 'staff', 'operator', 'analyst']),
  /** A patient whose identity is not proved well enough to book. */
  mustProveMore: z.boolean(),
});
export type SignedIn = z.infer<typeof SignedIn>;

/** A sign-in that has begun and not ended. */
const SignInAttempt = z.object({
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  provider: z.enum(['nhs-login', 'cis2']),
  vtr: z.array(z.string()),
  next: z.string(),
  startedAt: z.number(),
});
export type SignInAttempt = z.infer<typeof SignInAttempt>;

/** More tabs than these signing in at once lose the oldest attempt. */
export const MAX_ATTEMPTS = 5;

const KeptSession = z.object({
  csrfToken: z.string(),
  createdAt: z.number(),
  lastSeenAt: z.number(),
  person: SignedIn.optional(),
  attempts: z.array(SignInAttempt).max(MAX_ATTEMPTS),
  /** Data of the pages, such as the symptom check under way; stays when somebody signs in. */
  pages: z.record(z.string(), z.string()),
});

/** A session in which nothing is kept yet, as the cookie has it. */
const EmptySession = KeptSession.pick({ csrfToken: true, createdAt: true, lastSeenAt: true }).extend({
  id: z.string(),
});

export interface Session extends z.infer<typeof KeptSession> {
  /** Secret: in the cookie and nowhere else. */
  id: string;
  /** True until it is first kept. */
  isNew: boolean;
}

/** Keeps text under a name for a time. Neither the session id nor the token is ever readable in it. */
export interface SessionStore {
  get(name: string): Promise<string | null>;
  set(name: string, value: string, ttlMs: number): Promise<void>;
  /** Writes over what is kept; false where nothing is kept any more. */
  replace(name: string, value: string, ttlMs: number): Promise<boolean>;
  delete(name: string): Promise<void>;
  /** Returns what is kept and forgets it, for one caller alone. */
  take(name: string): Promise<string | null>;
}

const MAX_SESSIONS = 10_000;
const MAX_MEMORY_CHARACTERS = 128 * 1024 * 1024;

/** Bounded in number and size: the least recently used session goes first. */
export function memorySessionStore(now: () => Date, maxSessions = MAX_SESSIONS): SessionStore {
  const kept = new LRUCache<string, { value: string; endsAt: number }>({
    max: maxSessions,
    maxSize: MAX_MEMORY_CHARACTERS,
    sizeCalculation: ({ value }) => value.length,
  });
  const read = (name: string) => {
    const found = kept.get(name);
    return found !== undefined && now().getTime() < found.endsAt ? found.value : null;
  };
  return {
    get: (name) => Promise.resolve(read(name)),
    take(name) {
      const value = read(name);
      kept.delete(name);
      return Promise.resolve(value);
    },
    set(name, value, ttlMs) {
      kept.set(name, { value, endsAt: now().getTime() + ttlMs });
      return Promise.resolve();
    },
    replace(name, value, ttlMs) {
      const isKept = read(name) !== null;
      if (isKept) kept.set(name, { value, endsAt: now().getTime() + ttlMs });
      return Promise.resolve(isKept);
    },
    delete(name) {
      kept.delete(name);
      return Promise.resolve();
    },
  };
}

/** The commands of ioredis that the store needs. */
export interface RedisCommands {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, unit: 'PX', ttlMs: number, where?: 'XX'): Promise<unknown>;
  del(key: string): Promise<unknown>;
  getdel(key: string): Promise<string | null>;
}

const REDIS_PREFIX = 'web:session:';

export function redisSessionStore(redis: RedisCommands): SessionStore {
  return {
    get: (name) => redis.get(REDIS_PREFIX + name),
    async set(name, value, ttlMs) {
      await redis.set(REDIS_PREFIX + name, value, 'PX', ttlMs);
    },
    replace: async (name, value, ttlMs) =>
      (await redis.set(REDIS_PREFIX + name, value, 'PX', ttlMs, 'XX')) !== null,
    async delete(name) {
      await redis.del(REDIS_PREFIX + name);
    },
    take: (name) => redis.getdel(REDIS_PREFIX + name),
  };
}

export interface SessionSettings {
  store: SessionStore;
  /** `SESSION_KEY`: at least 32 characters, the same for every process. */
  key: string;
  publicUrl: string;
  now: () => Date;
  idleMinutes: number;
  maxHours: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Pages warn so long before the end (WCAG 2.2.1). */
export const WARN_BEFORE_MS = 2 * MINUTE_MS;
const ID = /^[\w-]{43}$/;
/** 4,096 is what browsers keep of a cookie; a session holds much more in its store. */
const MAX_SESSION_CHARACTERS = 256 * 1024;

export type Sessions = ReturnType<typeof createSessions>;

/** Reads and writes sessions: an opaque random id in a cookie, everything else encrypted in the store. */
export function createSessions(settings: SessionSettings) {
  const { store, publicUrl, now } = settings;
  const isSecure = publicUrl.startsWith('https:');
  const cookieName = isSecure ? '__Host-session' : 'session';
  const ends = endsOf(settings);
  const endsAt = ends.sessionEndsAt;
  const box = encryption(settings.key);
  const cookie = cookieWriter(cookieName, isSecure);

  async function find(request: FastifyRequest): Promise<Session | null> {
    const value = cookieIn(request.headers.cookie, cookieName);
    if (value === undefined) return null;
    const empty = ID.test(value) ? null : await box.openEmpty(value);
    const id = empty?.id ?? value;
    if (!ID.test(id)) return null;
    const kept = await store.get(digest(id));
    const session = kept === null ? null : await box.open(kept);
    // Two pages at once: one still has the cookie from before something was kept.
    const found = session === null ? empty : { ...session, id, isNew: false };
    return found !== null && now() < endsAt(found) ? found : null;
  }

  /** A session that has ended while its page was made is not brought back: false. */
  async function write(session: Session): Promise<boolean> {
    const { id, isNew, ...kept } = session;
    const left = endsAt(session).getTime() - now().getTime();
    if (left <= 0) return false;
    const sealed = await box.seal(KeptSession.parse(kept));
    if (sealed.length > MAX_SESSION_CHARACTERS) throw new Error('The session is larger than it may be.');
    if (!isNew) return store.replace(digest(id), sealed, left);
    await store.set(digest(id), sealed, left);
    session.isNew = false;
    return true;
  }

  return {
    /** True where people reach the site by https. */
    isSecure,
    ...ends,
    /** Time until the request's session ends without activity; 0 where it has none. */
    async msLeft(request: FastifyRequest): Promise<number> {
      const session = await find(request);
      return session === null ? 0 : endsAt(session).getTime() - now().getTime();
    },
    /** The session of a request, or a new one, which is kept once it is saved. Does not count as activity. */
    read: async (request: FastifyRequest): Promise<Session> => (await find(request)) ?? newSession(now()),
    /** Writes the session and counts as activity. One in which nothing is kept yet is in the cookie alone. */
    async save(reply: FastifyReply, session: Session): Promise<void> {
      session.lastSeenAt = now().getTime();
      if (session.isNew && isEmpty(session)) reply.header('set-cookie', cookie(await box.sealEmpty(session)));
      else if (await write(session)) reply.header('set-cookie', cookie(session.id));
    },
    /** Gives the session a new id and form token, and forgets the old id, against fixation. */
    async renew(reply: FastifyReply, session: Session): Promise<Session> {
      const renewed = {
        ...session,
        id: newSecret(),
        isNew: true,
        csrfToken: newSecret(),
        lastSeenAt: now().getTime(),
      };
      await store.delete(digest(session.id));
      await write(renewed);
      reply.header('set-cookie', cookie(renewed.id));
      return renewed;
    },
    /** Ends the session: nothing of it is left, here or in the browser. */
    async end(reply: FastifyReply, session: Session): Promise<void> {
      await store.delete(digest(session.id));
      reply.header('set-cookie', cookie('', 0));
    },
    /** True where the form was made for this session. */
    isOwnForm(session: Session, token: unknown): boolean {
      if (typeof token !== 'string') return false;
      return timingSafeEqual(sha256(token), sha256(session.csrfToken));
    },
  };
}

/** True while the session is no more than an id and a form token: visits that leave it at that fill no store. */
function isEmpty({ person, attempts, pages }: Session): boolean {
  return person === undefined && attempts.length === 0 && Object.keys(pages).length === 0;
}

function endsOf({ idleMinutes, maxHours, now }: Pick<SessionSettings, 'idleMinutes' | 'maxHours' | 'now'>) {
  const idleMs = idleMinutes * MINUTE_MS;
  const maxMs = maxHours * HOUR_MS;
  return {
    idleMs,
    /** Both lengths in words. */
    idleTime: counted(idleMinutes, 'minute'),
    maxTime: counted(maxHours, 'hour'),
    /** Moment at which the session ends if nothing is done; staying moves the idle end, and never the last one. */
    sessionEndsAt: (session: Session) =>
      new Date(Math.min(session.lastSeenAt + idleMs, session.createdAt + maxMs)),
    /** Time until the session of a page that is being sent ends; staying does not help where that end is the last one. */
    endOf(session: Session): { inMs: number; isLast: boolean } {
      const untilLast = session.createdAt + maxMs - now().getTime();
      return { inMs: Math.min(idleMs, untilLast), isLast: untilLast <= idleMs };
    },
  };
}

export type Shelf = ReturnType<typeof createShelf>;

/** Keeps text outside any session, encrypted, under a name that only its reader knows. */
export function createShelf({ store, key }: Pick<SessionSettings, 'store' | 'key'>) {
  const box = encryption(key);
  return {
    async put(name: string, text: string, ttlMs: number): Promise<void> {
      await store.set(digest(name), await box.sealText(text), ttlMs);
    },
    /** Returns such a text, once. */
    async take(name: string): Promise<string | null> {
      const kept = await store.take(digest(name));
      return kept === null ? null : box.openText(kept);
    },
  };
}

/** Signed in, with a token that is still good. */
export function signedIn({ person }: Session, now: Date): SignedIn | undefined {
  return person !== undefined && now.getTime() < person.expiresAt ? person : undefined;
}

function newSession(now: Date): Session {
  const at = now.getTime();
  return {
    id: newSecret(),
    isNew: true,
    csrfToken: newSecret(),
    createdAt: at,
    lastSeenAt: at,
    attempts: [],
    pages: {},
  };
}

function encryption(secret: string) {
  const key = new Uint8Array(hkdfSync('sha256', secret, 'gp-booking-website', 'session', 32));
  const sealText = (text: string) =>
    new CompactEncrypt(new TextEncoder().encode(text))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .encrypt(key);
  /** Null where it was sealed under another key, or changed. */
  const openText = async (sealed: string): Promise<string | null> => {
    try {
      const { plaintext } = await compactDecrypt(sealed, key, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      return new TextDecoder().decode(plaintext);
    } catch {
      return null;
    }
  };
  return {
    sealText,
    openText,
    sealEmpty: (session: z.infer<typeof EmptySession>) =>
      sealText(JSON.stringify(EmptySession.parse(session))),
    async openEmpty(sealed: string): Promise<Session | null> {
      const empty = EmptySession.safeParse(jsonOf(await openText(sealed))).data;
      return empty === undefined ? null : { ...empty, isNew: true, attempts: [], pages: {} };
    },
    seal: (session: z.infer<typeof KeptSession>) => sealText(JSON.stringify(session)),
    async open(sealed: string): Promise<z.infer<typeof KeptSession> | null> {
      return KeptSession.safeParse(jsonOf(await openText(sealed))).data ?? null;
    },
  };
}

const jsonOf = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

/** Writes a cookie for the whole site, which no script reads. */
function cookieWriter(name: string, isSecure: boolean) {
  return (value: string, maxAge?: number): string => {
    const attributes = ['Path=/', 'HttpOnly', 'SameSite=Lax', ...(isSecure ? ['Secure'] : [])];
    const age = maxAge === undefined ? [] : [`Max-Age=${maxAge}`];
    return [`${name}=${value}`, ...attributes, ...age].join('; ');
  };
}

function cookieIn(header: string | undefined, name: string): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

function digest(id: string): string {
  return sha256(id).toString('base64url');
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
