import pino from 'pino';
import { z } from 'zod';
import { NOT_OPTED_IN } from '../domain/release-policy';
import { ledger } from '../subgraphs/appointments/ledger/ledger';
import { ledgerMigrations } from '../subgraphs/appointments/database/migrations';
import type { LedgerTables } from '../subgraphs/appointments/database/tables';
import { webhookPublisher } from '../subgraphs/appointments/outbox/webhook-publisher';
import { openDatabase } from '../platform/database/database';

/** A webhook publisher in a process of its own, for tests that kill it. */
const Settings = z.object({
  database: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('embedded'), file: z.string() }),
    z.object({ kind: z.literal('postgres'), url: z.string() }),
  ]),
  url: z.string(),
  secret: z.string(),
  pace: z.object({
    lookEveryMs: z.number(),
    deadlineMs: z.number(),
    leaseMs: z.number(),
    firstPauseMs: z.number(),
    longestPauseMs: z.number(),
    giveUpAfterMs: z.number(),
  }),
});

async function main(): Promise<void> {
  const { database, url, secret, pace } = Settings.parse(JSON.parse(process.env.TELLER ?? ''));
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const logger = pino({ level: 'silent' });
  const opened = await openDatabase<LedgerTables>(database, 'appointments', ledgerMigrations);
  // Nothing is booked here.
  const books = ledger(opened, logger, { defaultPolicyOf: () => NOT_OPTED_IN, now: () => new Date() });
  webhookPublisher({
    ledger: books,
    webhook: { url, keys: [key] },
    now: () => new Date(),
    logger,
    pace,
  });
}

void main();
