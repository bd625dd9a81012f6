import { graphql, type GraphQLError } from 'graphql';
import { pino } from 'pino';
import { z } from 'zod';
import { ANONYMOUS, type Caller } from '../domain/caller';
import { manualTimers } from '../domain/manual-timers';
import { defaultPolicyOf, simulatedWorld } from '../demo/simulated-world';
import { EMBEDDED } from './databases';
import { ledgerMigrations } from '../subgraphs/appointments/database/migrations';
import type { LedgerTables } from '../subgraphs/appointments/database/tables';
import { releaseLedger } from '../subgraphs/appointments/releases/stored-releases';
import { readSession } from '../platform/database/row-statement';
import { openDatabase } from '../platform/database/database';
import { heldSlotsOfDay, liveBeside, type SlotPlace } from '../subgraphs/appointments/ledger/live-bookings';
import { freeTimesOfBooks } from '../subgraphs/appointments/options/free-times';
import { practiceBooks } from '../subgraphs/appointments/releases/practice-books';
import { storedSlotKinds } from '../subgraphs/appointments/releases/slot-kinds';
import { createPracticesSubgraph } from '../subgraphs/practices';
import { dispositionCatalogue } from '../subgraphs/triage';
import { standInBook, type StandInBook } from './stand-in-book';

const Data = z.record(z.string(), z.unknown());

export type Answer = { data: z.infer<typeof Data>; errors: readonly GraphQLError[] };

/** A Tuesday, within the bank holidays that are built in. */
export const NOON = new Date('2026-11-24T12:00:00Z');

/**
 * The subgraph on the demo directory and the simulated world, for tests: asked as the gateway asks it.
 * @param settings name a database with another directory in it.
 */
export async function practicesUnderTest(now = () => NOON, settings = EMBEDDED.settings()) {
  const logger = pino({ level: 'silent' });
  const book = standInBook();
  const timers = manualTimers();
  const rules = await openDatabase<LedgerTables>(await EMBEDDED.settings(), 'appointments', ledgerMigrations);
  const releases = releaseLedger(rules, defaultPolicyOf);
  const books = {
    liveBeside: (places: readonly SlotPlace[]) => liveBeside(readSession(rules), places),
    heldSlots: (practice: string, day: string) =>
      heldSlotsOfDay(readSession(rules), { practice, starts_on: day }),
    systems: book.systems,
    kinds: storedSlotKinds(rules, now, logger),
    now,
    timers,
    logger,
  };
  const subgraph = await createPracticesSubgraph({
    database: await settings,
    logger,
    world: simulatedWorld,
    releases,
    books: { ...practiceBooks(books), ...freeTimesOfBooks(books) },
    dispositions: dispositionCatalogue(),
    now,
  });
  return {
    releases,
    /** Stands in for every practice's supplier. */
    book: book as Pick<StandInBook, 'kinds' | 'searches' | 'isSilent'>,
    typeDefs: subgraph.typeDefs,
    /** An own patient's session has shown the practice's whole book to a search. */
    async ownPatientHasSearched(practice: string): Promise<void> {
      const rows = book.kinds.map(({ mode, slotType }) => ({ mode, slot_type: slotType }));
      const seen = { practice, route: 'PATIENT_SESSION', seen_on: '2026-11-24' } as const;
      await rules.db
        .insertInto('practice_slot_kind')
        .values(rows.map((row) => ({ ...seen, ...row })))
        .execute();
    },
    /** Lets so much time pass that a practice's book is looked into again. */
    passAMinute: () => timers.advance(60_000),
    /** Every practice releases what it did at the beginning, and nobody has ever changed it, or looked into its book. */
    async forgetReleases(): Promise<void> {
      timers.advance(60_000);
      await rules.db.deleteFrom('practice_release').execute();
      await rules.db.deleteFrom('practice_release_event').execute();
      await rules.db.deleteFrom('practice_slot_kind').execute();
    },
    /** The database that release rules are in goes away. */
    loseReleases: () => rules.close(),
    async ask(source: string, variableValues = {}, caller: Caller = ANONYMOUS): Promise<Answer> {
      const contextValue = { caller, requestId: 'test', signal: new AbortController().signal };
      const { data, errors = [] } = await graphql({
        schema: subgraph.schema,
        source,
        variableValues,
        contextValue,
      });
      // graphql answers with objects that have no prototype, which toEqual tells apart.
      return { data: Data.parse(JSON.parse(JSON.stringify(data ?? {}))), errors };
    },
    async close() {
      await subgraph.close();
      await rules.close();
    },
  };
}

export type PracticesUnderTest = Awaited<ReturnType<typeof practicesUnderTest>>;
