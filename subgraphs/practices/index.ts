import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { DispositionCatalogue } from '../../domain/disposition-catalogue';
import type { PlaceLookup } from '../../domain/place-lookup';
import type { PracticeAreas } from '../../domain/practice-areas';
import type { PracticeBooks } from '../../domain/practice-books';
import type { ReleaseLedger } from '../../domain/release-ledger';
import { type DatabaseSettings } from '../../platform/database/database';
import type { Subgraph } from '../../platform/graphql/federated-schema';
import { candidateFinder } from './candidates/candidate-finder';
import { connectionsIn } from './candidates/connections';
import { areasOf, storedAreas } from './directory/areas';
import { demoDirectory } from './directory/demo-directory';
import { directoryFeed } from './directory/directory-feed';
import { placeLookup, storedPostcodes } from './directory/places';
import { followDirectory } from './release/closed-practices';
import { releasePolicyService } from './release/release-desk';
import { practicesSchema } from './schema';
import { type PracticesTables } from './database/tables';
import type { PracticeDefaults } from './practice-defaults';
import { openPracticesDatabase } from './database/open-database';

export interface PracticesDeps {
  database: DatabaseSettings;
  logger: Logger;
  world: PracticeDefaults;
  /** Storage of release rules: in the ledger, with the bookings that they are judged for. */
  releases: ReleaseLedger;
  books: PracticeBooks;
  dispositions: DispositionCatalogue;
  now: () => Date;
}

/** The practices subgraph on its stores: the imported directory, or the demo one until there is an import. */
export async function createPracticesSubgraph(
  deps: PracticesDeps,
): Promise<Subgraph & { places: PlaceLookup; areas: PracticeAreas }> {
  const database = await openPracticesDatabase(deps.database);
  const { db } = database;
  const { releases, books, dispositions, logger, world, now } = deps;
  const feed = await directoryFeed(db, async () => (await demoDirectory()).directory, logger, {
    onChange: (before, after) => followDirectory(before, after, releases),
  });
  await followDirectory(null, feed.current(), releases);
  const places = placesOf(db);
  const connections = connectionsIn(feed, world);
  return {
    ...practicesSchema({
      feed,
      places,
      releases,
      candidateFinder: candidateFinder(feed, releases, connections, logger),
      desk: releasePolicyService({ feed, releases, connections, books, dispositions, now }),
      dispositions,
      now,
    }),
    name: 'practices',
    places,
    areas: { all: () => Promise.resolve(areasOf(feed.current())) },
    ready: database.ready,
    async close() {
      await feed.close();
      await database.close();
    },
  };
}

/** The postcodes and areas alone, for a process that runs another subgraph. */
export async function openPlaces(
  database: DatabaseSettings,
): Promise<{ places: PlaceLookup; areas: PracticeAreas; close(): Promise<void> }> {
  const { db, close } = await openPracticesDatabase(database);
  return { places: placesOf(db), areas: { all: () => storedAreas(db) }, close };
}

function placesOf(db: Kysely<PracticesTables>): PlaceLookup {
  let demo: ReturnType<typeof demoDirectory> | undefined;
  return placeLookup(storedPostcodes(db, async () => (await (demo ??= demoDirectory())).postcodes));
}
