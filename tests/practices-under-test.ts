import { graphql, type GraphQLError } from 'graphql';
import { pino } from 'pino';
import { z } from 'zod';
import { ANONYMOUS, type Caller } from '../domain/caller';
import { defaultPolicyOf, simulatedWorld } from '../demo/simulated-world';
import { EMBEDDED } from './databases';
import { ledgerMigrations } from '../subgraphs/appointments/database/migrations';
import type { LedgerTables } from '../subgraphs/appointments/database/tables';
import { releaseLedger } from '../subgraphs/appointments/releases/stored-releases';
import { openDatabase } from '../platform/database/database';
import { createPracticesSubgraph } from '../subgraphs/practices';

const Data = z.record(z.string(), z.unknown());

export type Answer = { data: z.infer<typeof Data>; errors: readonly GraphQLError[] };

/** A Tuesday, within the bank holidays that are built in. */
export const NOON = new Date('2026-11-24T12:00:00Z');

/** The subgraph on the demo directory and the simulated world, for tests: asked as the gateway asks it. */
export async function practicesUnderTest(now = () => NOON) {
  const rules = await openDatabase<LedgerTables>(await EMBEDDED.settings(), 'appointments', ledgerMigrations);
  const releases = releaseLedger(rules, defaultPolicyOf);
  const subgraph = await createPracticesSubgraph({
    database: await EMBEDDED.settings(),
    logger: pino({ level: 'silent' }),
    world: simulatedWorld,
    releases,
    now,
  });
  return {
    releases,
    typeDefs: subgraph.typeDefs,
    /** Every practice releases what it did at the beginning, and nobody has ever changed it. */
    async forgetReleases(): Promise<void> {
      await rules.db.deleteFrom('practice_release').execute();
      await rules.db.deleteFrom('practice_release_event').execute();
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
