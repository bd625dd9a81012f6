import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { PlaceLookup } from '../../domain/place';
import { openDatabase, type Database, type DatabaseSettings } from '../database';
import type { Subgraph } from '../federated-schema';
import { candidateFinder } from './candidate-finder';
import { demoDirectory } from './directory/demo-directory';
import { directoryFeed } from './directory/directory-feed';
import { placeLookup, storedPostcodes } from './directory/places';
import { releasePolicies } from './release/policies';
import { practicesSchema } from './schema';
import { practicesMigrations, type PracticesTables } from './tables';
import type { World } from './world';

export interface PracticesDependencies {
  database: DatabaseSettings;
  logger: Logger;
  world: World;
}

/** The practices subgraph on its stores: the imported directory, or the demo one until there is an import. */
export async function createPracticesSubgraph(
  deps: PracticesDependencies,
): Promise<Subgraph & { places: PlaceLookup }> {
  const database = await openPracticesDatabase(deps.database);
  const { db } = database;
  const feed = await directoryFeed(db, async () => (await demoDirectory()).directory, deps.logger);
  const places = placesOf(db);
  const policies = releasePolicies(db, (odsCode) => deps.world.defaultPolicyOf(odsCode));
  return {
    ...practicesSchema({
      feed,
      places,
      policies,
      candidateFinder: candidateFinder(feed, policies, deps.world),
    }),
    name: 'practices',
    places,
    async close() {
      await feed.close();
      await database.close();
    },
  };
}

/** The postcodes alone, for a process that runs another subgraph. */
export async function openPlaces(
  database: DatabaseSettings,
): Promise<PlaceLookup & { close(): Promise<void> }> {
  const opened = await openPracticesDatabase(database);
  return { ...placesOf(opened.db), close: () => opened.close() };
}

export function openPracticesDatabase(settings: DatabaseSettings): Promise<Database<PracticesTables>> {
  return openDatabase<PracticesTables>(settings, 'practices', practicesMigrations);
}

function placesOf(db: Kysely<PracticesTables>): PlaceLookup {
  let demo: ReturnType<typeof demoDirectory> | undefined;
  return placeLookup(storedPostcodes(db, async () => (await (demo ??= demoDirectory())).postcodes));
}
