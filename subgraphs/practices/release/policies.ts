import type { Kysely } from 'kysely';
import { z } from 'zod';
import { APPOINTMENT_MODES } from '../../../domain/appointment-mode';
import type { ReleasePolicy } from '../../../domain/release-policy';
import type { PracticesTables } from '../tables';
import { batched } from './batched';

/** The rules that hold for a practice, and since when; null while it has never set any. */
export interface PolicyInForce extends ReleasePolicy {
  updatedAt: Date | null;
}

export interface ReleasePolicies {
  /** Read anew each time, so that a closed book is closed at once. */
  of(odsCode: string): Promise<PolicyInForce>;
}

const minutes = z.number().int().nonnegative();

/** As kept in `release_policy.rules`; version and time have columns of their own. */
const Rules = z.object({
  status: z.enum(['NOT_OPTED_IN', 'OPEN', 'CLOSED']),
  ownPatients: z.boolean(),
  otherPatients: z.boolean(),
  modes: z.array(z.enum(APPOINTMENT_MODES)),
  dispositionIds: z.array(z.string()),
  slotTypes: z.array(z.string()),
  ageInMonths: z.object({ from: minutes, below: minutes.nullable() }).nullable(),
  dailyQuota: minutes.nullable(),
  takeBackMinutes: minutes,
  minimumNoticeMinutes: minutes,
  horizonDays: minutes,
  cancelCutOffMinutes: minutes,
});

export function releasePolicies(
  db: Kysely<PracticesTables>,
  defaultOf: (odsCode: string) => ReleasePolicy,
): ReleasePolicies {
  const of = batched(async (odsCodes) => {
    const rows = await db
      .selectFrom('release_policy')
      .selectAll()
      .where('ods_code', 'in', odsCodes)
      .execute();
    const stored = new Map(rows.map((row) => [row.ods_code, row]));
    return new Map(
      odsCodes.map((odsCode): [string, PolicyInForce] => {
        const row = stored.get(odsCode);
        return [odsCode, row ? inForce(row) : { ...defaultOf(odsCode), updatedAt: null }];
      }),
    );
  });
  return { of };
}

function inForce(row: PracticesTables['release_policy']): PolicyInForce {
  const rules = Rules.parse(JSON.parse(row.rules));
  return { ...rules, version: row.version, updatedAt: new Date(row.updated_at) };
}
