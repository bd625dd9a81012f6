import type { Logger } from 'pino';
import type { PlaceLookup } from '../../domain/place-lookup';
import type { DatabaseSettings } from '../../platform/database/database';
import { type Subgraph } from '../../platform/graphql/federated-schema';
import { assessmentStore } from './assessment/assessment-store';
import { assessments } from './assessment/assessments';
import { contentEditions } from './content/content-editions';
import { isDemo, loadContent, refuseDemoContent } from './content/load-content';
import { openTriageDatabase } from './database/open-database';
import { guessLimit } from './assessment/guess-limit';
import { assessmentRetention } from './retention';
import { startLimit } from './assessment/start-limit';
import { assessmentStatistics } from './statistics/assessment-statistics';
import { switches } from './switches/switches';
import { triageSchema } from './schema';

const NAME = 'triage';

export interface TriageDeps {
  database: DatabaseSettings;
  places: PlaceLookup;
  now: () => Date;
  logger: Logger;
  /** In live mode demonstration content is refused. */
  clinicalMode: 'demo' | 'live';
}

/** @throws Error with a sentence that says what to do: unusable content, demonstration content in live mode, no database. */
export async function createTriageSubgraph(deps: TriageDeps): Promise<Subgraph> {
  const { places, now, logger, clinicalMode } = deps;
  const content = loadContent();
  refuseDemoContent(content, clinicalMode);
  const database = await openTriageDatabase(deps.database);
  const { db, ready } = database;
  const editions = await contentEditions(db, content, clinicalMode, now);
  const killSwitches = switches(database, now, logger);
  const assessing = { store: assessmentStore(db), editions, switches: killSwitches, places, now };
  const forgetting = assessmentRetention(database, now, logger);
  logger.info({ pathways: content.pathways.size, demo: isDemo(content) }, 'triage content loaded');
  return {
    name: NAME,
    ...triageSchema({
      content,
      assessments: assessments(assessing),
      switches: killSwitches,
      statistics: assessmentStatistics(db, content, now),
      guesses: guessLimit(),
      starts: startLimit(),
      now,
    }),
    ready,
    async close() {
      await forgetting.stop();
      await database.close();
    },
  };
}
