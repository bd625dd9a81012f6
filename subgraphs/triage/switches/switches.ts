import type { Logger } from 'pino';
import type { Database } from '../../../platform/database/database';
import { flush } from '../database/open-database';
import type { TriageTables } from '../database/tables';

/** The scope that stands for every pathway; no pathway can have this id. */
const EVERYTHING = 'EVERYTHING';

export interface Switch {
  /** Null: all triage. */
  pathwayId: string | null;
  off: boolean;
  reason: string;
  changedAt: Date;
}

/** Pathways that are switched off at this moment. */
export interface SwitchedOff {
  has(pathwayId: string): boolean;
}

/**
 * The kill switches. They are read for every operation, from the database that all processes share: a switch takes
 * effect everywhere with the next request.
 */
export interface Switches {
  read(): Promise<SwitchedOff>;
  list(): Promise<Switch[]>;
  /** @param pathwayId null: all triage. */
  set(change: { pathwayId: string | null; off: boolean; reason: string; by: string }): Promise<void>;
}

export function switches(database: Database<TriageTables>, now: () => Date, logger: Logger): Switches {
  const { db } = database;
  return {
    read: async () => {
      const rows = await db.selectFrom('triage_switch').select('scope').where('off', '=', 1).execute();
      const off = new Set(rows.map(({ scope }) => scope));
      return { has: (pathwayId) => off.has(EVERYTHING) || off.has(pathwayId) };
    },

    list: async () => {
      const rows = await db.selectFrom('triage_switch').selectAll().orderBy('scope').execute();
      return rows.map(({ scope, off, reason, changed_at }) => ({
        pathwayId: scope === EVERYTHING ? null : scope,
        off: off === 1,
        reason,
        changedAt: new Date(changed_at),
      }));
    },

    set: async ({ pathwayId, off, reason, by }) => {
      const row = {
        off: off ? 1 : 0,
        reason,
        changed_by: by,
        changed_at: now().getTime(),
      };
      await db
        .insertInto('triage_switch')
        .values({ scope: pathwayId ?? EVERYTHING, ...row })
        .onConflict((conflict) => conflict.column('scope').doUpdateSet(row))
        .execute();
      await flush(database);
      logger.warn({ pathwayId: pathwayId ?? 'all', off }, 'triage kill switch changed');
    },
  };
}
