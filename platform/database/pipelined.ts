import { sql } from 'kysely';

const MARK = '-- not awaited';

/**
 * At the end of a statement in a transaction whose result nobody needs. On PostgreSQL it does not take a way there and back of
 * its own; where it fails the next statement fails with its error, the commit at the latest. Outside a transaction it makes no
 * difference.
 */
export const pipelined = sql.raw(MARK);

export function isUnawaited(text: string): boolean {
  return text.endsWith(MARK);
}
