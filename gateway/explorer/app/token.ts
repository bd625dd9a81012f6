/** A signed token (JWT) as its three parts name it, whether or not it is good. */
export interface TokenFacts {
  /** Null where the token does not say. */
  expiresAt: Date | null;
  caller: 'analyst' | 'operator' | 'practice staff' | 'patient' | null;
}

const JWT = /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/;

/**
 * Finds the token in what a person enters: bare, after "Bearer", in quotes, or in the JSON of request headers.
 * Null where there is none.
 */
export function tokenIn(text: string): string | null {
  const bare = text
    .trim()
    .replace(/^["']|["']$/g, '')
    .replace(/^(authorization:\s*)?bearer\s+/i, '')
    .trim();
  if (JWT.test(bare)) return bare;
  const headers = parsed(text);
  const entry = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization');
  return typeof entry?.[1] === 'string' && JWT.test(entry[1].replace(/^bearer\s+/i, ''))
    ? entry[1].replace(/^bearer\s+/i, '')
    : null;
}

/** True for a token that is not yet in the JSON that GraphiQL wants in Headers. */
export function isBareToken(text: string): boolean {
  return tokenIn(text) !== null && !text.trim().startsWith('{');
}

/** Reads a token without judging it: only the gateway knows whether it is good. */
export function tokenFacts(token: string): TokenFacts {
  const claims = parsed(decoded(token.split('.')[1] ?? ''));
  const expiresAt = typeof claims.exp === 'number' ? new Date(claims.exp * 1000) : null;
  return { expiresAt, caller: callerOf(claims) };
}

function callerOf(claims: Partial<Record<string, unknown>>): TokenFacts['caller'] {
  const scopes = typeof claims.scope === 'string' ? claims.scope.split(' ') : [];
  if (scopes.includes('operator')) return 'operator';
  if (scopes.includes('analyst')) return 'analyst';
  if ('selected_roleid' in claims) return 'practice staff';
  return 'identity_proofing_level' in claims ? 'patient' : null;
}

/** A token as the page has it, and what the gateway said of it last. */
export interface TokenState {
  token: string | null;
  /** The gateway's words, where it refused this token. */
  refusal: string | null;
  /** The page was loaded again, and its token with it is gone. */
  wasLost: boolean;
}

const CALLERS: Record<NonNullable<TokenFacts['caller']>, string> = {
  analyst: 'an analyst',
  operator: 'an operator',
  'practice staff': 'practice staff',
  patient: 'a patient',
};

/** Says in a sentence what holds of the token now. */
export function tokenInWords({ token, refusal, wasLost }: TokenState, now: Date): string {
  if (token === null) {
    return wasLost
      ? 'No token: loading the page again has let go of it. Enter it again.'
      : 'No token: you ask as somebody unknown.';
  }
  const { expiresAt, caller } = tokenFacts(token);
  const whose = caller === null ? 'Token' : `Token of ${CALLERS[caller]}`;
  if (expiresAt !== null && expiresAt <= now)
    return `${whose}: expired at ${timeOf(expiresAt, now)}. Enter a new one.`;
  if (refusal !== null) return `${whose}: refused. ${refusal}`;
  return expiresAt === null ? `${whose}.` : `${whose}: good until ${timeOf(expiresAt, now)}.`;
}

/** Only these may ask for the schema where published documents alone are for all. */
export function mayReadSchema(token: string | null, now: Date): boolean {
  if (token === null) return false;
  const { expiresAt, caller } = tokenFacts(token);
  return (caller === 'analyst' || caller === 'operator') && (expiresAt === null || expiresAt > now);
}

function timeOf(at: Date, now: Date): string {
  const time = at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  if (at.toDateString() === now.toDateString()) return time;
  return `${time} on ${at.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' })}`;
}

function decoded(part: string): string {
  try {
    return atob(part.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return '';
  }
}

function parsed(json: string): Partial<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
