import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { ReleaseEvent } from '../../../domain/release-ledger';
import type { LedgerTables, ReleaseEventTable } from '../database/tables';
import { readPolicy } from './stored-policy';

/** Appends to a practice's history; the caller holds the practice's lock (stored-policy.ts), so numbers have no gaps. */
export async function appendReleaseEvent(
  transaction: Kysely<LedgerTables>,
  practice: string,
  event: Omit<ReleaseEvent, 'sequence'>,
): Promise<void> {
  const last = await transaction
    .selectFrom('practice_release_event')
    .select(['sequence', 'hash'])
    .where('practice', '=', practice)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  const { actor, before, after } = event;
  const row = {
    practice,
    sequence: (last?.sequence ?? 0) + 1,
    at: event.at.getTime(),
    action: event.action,
    outcome: event.outcome,
    actor_kind: actor.kind,
    actor_id: actor.id,
    actor_role: actor.role,
    actor_practice: actor.practice,
    request_id: event.requestId,
    reason: event.reason,
    before_json: before && JSON.stringify(before),
    after_json: after && JSON.stringify(after),
  };
  await transaction
    .insertInto('practice_release_event')
    .values({ ...row, hash: hashOf(last?.hash ?? null, row) })
    .execute();
}

export function releaseEventOf(row: ReleaseEventTable): ReleaseEvent {
  return {
    sequence: row.sequence,
    at: new Date(row.at),
    action: row.action,
    outcome: row.outcome,
    actor: { kind: row.actor_kind, id: row.actor_id, role: row.actor_role, practice: row.actor_practice },
    requestId: row.request_id,
    reason: row.reason,
    before: row.before_json === null ? null : readPolicy(row.before_json),
    after: row.after_json === null ? null : readPolicy(row.after_json),
  };
}

/** @param rows one practice's, in order. @returns the first number that does not follow from what is before it. */
export function firstBrokenEvent(rows: readonly ReleaseEventTable[]): number | null {
  let previous: string | null = null;
  for (const [index, { hash, ...row }] of rows.entries()) {
    if (row.sequence !== index + 1 || hash !== hashOf(previous, row)) return row.sequence;
    previous = hash;
  }
  return null;
}

/** Covers the entry and the one before it, so that none can be changed, taken out or put in between. SHA-256. */
function hashOf(previous: string | null, row: Omit<ReleaseEventTable, 'hash'>): string {
  const content = JSON.stringify([
    previous,
    row.practice,
    row.sequence,
    row.at,
    row.action,
    row.outcome,
    row.actor_kind,
    row.actor_id,
    row.actor_role,
    row.actor_practice,
    row.request_id,
    row.reason,
    row.before_json,
    row.after_json,
  ]);
  return createHash('sha256').update(content).digest('base64url');
}
