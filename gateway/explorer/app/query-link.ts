import type { Impersonal } from './impersonal';

/** Longer ones are cut on the way by some programs, and hold no query that a person has written. */
const MAX_LINK = 30_000;

export interface LinkedQuery {
  query: string;
  /** JSON, empty where the link has none. */
  variables: string;
}

/**
 * An address that opens a query: behind `#`, so that no server and no log sees it. Never a header, so never a token.
 * Null for a query that is too long for one.
 */
export function linkTo(page: string, { query, variables }: Impersonal): string | null {
  const parts = new URLSearchParams({ query });
  if (variables !== null && variables !== '{}') parts.set('variables', variables);
  const hash = `#${parts.toString()}`;
  return hash.length > MAX_LINK ? null : `${page.split('#')[0] ?? ''}${hash}`;
}

/** Null for an address without a query. */
export function queryIn(hash: string): LinkedQuery | null {
  if (hash.length > MAX_LINK) return null;
  const parts = new URLSearchParams(hash.replace(/^#/, ''));
  const query = parts.get('query');
  if (query === null || query.trim() === '') return null;
  return { query, variables: indented(parts.get('variables') ?? '') };
}

function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
