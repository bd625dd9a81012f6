import { graphql, type GraphQLError } from 'graphql';
import { pino } from 'pino';
import { z } from 'zod';
import { ANONYMOUS, type Caller } from '../domain/caller';
import { defaultPolicyOf, simulatedWorld } from '../demo/simulated-world';
import { EMBEDDED } from './databases';
import { openReleaseLedger } from '../subgraphs/appointments';
import { createPracticesSubgraph, openPracticesDatabase } from '../subgraphs/practices';

const Data = z.record(z.string(), z.unknown());

export type Answer = { data: z.infer<typeof Data>; errors: readonly GraphQLError[] };

/** The subgraph on the demo directory and the simulated world, for tests: asked as the gateway asks it. */
export async function practicesUnderTest(now = () => new Date()) {
  const database = await EMBEDDED.settings();
  const logger = pino({ level: 'silent' });
  const ledger = await openReleaseLedger(await EMBEDDED.settings(), defaultPolicyOf);
  const { releases } = ledger;
  const subgraph = await createPracticesSubgraph({
    database,
    logger,
    world: simulatedWorld,
    releases,
    now,
  });
  const stores = await openPracticesDatabase(database);
  return {
    db: stores.db,
    releases,
    typeDefs: subgraph.typeDefs,
    /** The database that release rules are in goes away. */
    loseReleases: () => ledger.close(),
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
      await stores.close();
      await ledger.close();
    },
  };
}

export type PracticesUnderTest = Awaited<ReturnType<typeof practicesUnderTest>>;
