import { sql, type Kysely } from 'kysely';
import type { StatisticsQuestion } from '../../../domain/insight/statistics-question';
import { londonDate } from '../../../domain/london-time';
import type { LedgerTables } from '../database/tables';

/** Numbers that one analyst may have in a London day. */
export const MAX_CELLS_A_DAY = 400_000;

/** The analyst, and the request, which stands in the audit trail as well. */
export interface Asker {
  callerId: string;
  requestId: string;
}

/**
 * Writes a question down, in words, before it is answered.
 * @returns false when the caller has had as many numbers today as one analyst may
 */
export async function askedWithin(
  db: Kysely<LedgerTables>,
  { callerId, requestId }: Asker,
  asked: { question: StatisticsQuestion; cells: number; at: Date },
  most: number,
): Promise<boolean> {
  const { question, cells, at } = asked;
  const day = londonDate(at);
  return db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('statistics_question')
      .values({
        at: at.getTime(),
        caller_id: callerId,
        request_id: requestId,
        day,
        question: JSON.stringify(question),
        cells,
      })
      .execute();
    const { spent } = await transaction
      .selectFrom('statistics_question')
      .select(sql<number>`coalesce(sum(cells), 0)`.as('spent'))
      .where('caller_id', '=', callerId)
      .where('day', '=', day)
      .executeTakeFirstOrThrow();
    return spent <= most;
  });
}
