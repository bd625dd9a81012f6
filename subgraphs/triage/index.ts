import type { Logger } from 'pino';
import { z } from 'zod';
import type { PlaceLookup } from '../../domain/place-lookup';
import type { DatabaseSettings } from '../../platform/database/database';
import {
  buildFederatedSchema,
  type FederatedSchema,
  type ReferenceResolver,
  type Subgraph,
} from '../../platform/graphql/federated-schema';
import { assessmentStore } from './assessment/assessment-store';
import { assessments, type Assessments } from './assessment/assessments';
import { contentEditions } from './content/content-editions';
import type { Content } from './content/content';
import { isDemo, loadContent, refuseDemoContent } from './content/load-content';
import { openTriageDatabase } from './database/tables';
import { pathwayFinder } from './content/find-pathways';
import { guessLimit, type GuessLimit } from './assessment/guess-limit';
import { AssessmentResolver } from './resolvers/assessment.resolver';
import { CatalogueResolver } from './resolvers/catalogue.resolver';
import { ExplanationResolver, AlternativeOutcomeResolver } from './resolvers/explanation.resolver';
import { StatisticsResolver } from './resolvers/statistics.resolver';
import { SwitchResolver } from './resolvers/switch.resolver';
import { assessmentRetention } from './retention';
import { startLimit, type StartLimit } from './assessment/start-limit';
import { assessmentStatistics, type AssessmentStatistics } from './statistics/assessment-statistics';
import { switches, type Switches } from './switches/switches';
import { assessmentView } from './views/assessment-view';
import { dispositionView, pathwayView } from './views/catalogue-view';

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
  logger.info({ pathways: content.pathways.size, demo: isDemo(content) }, 'Triage content is loaded.');
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

interface TriageServices {
  content: Content;
  assessments: Assessments;
  switches: Switches;
  statistics: AssessmentStatistics;
  guesses: GuessLimit;
  starts: StartLimit;
  now: () => Date;
}

/** Without services the type definitions are all that is of use: `npm run schema` opens no store. */
export function triageSchema(services?: TriageServices): FederatedSchema {
  return buildFederatedSchema({
    resolvers: [
      AssessmentResolver,
      CatalogueResolver,
      ExplanationResolver,
      StatisticsResolver,
      SwitchResolver,
      AlternativeOutcomeResolver,
    ],
    orphanedTypes: [],
    instances: services ? resolvers(services) : new Map(),
    references: services ? references(services) : {},
  });
}

function resolvers(services: TriageServices): Map<unknown, object> {
  const { content, now } = services;
  return new Map<unknown, object>([
    [
      AssessmentResolver,
      new AssessmentResolver(content, services.assessments, services.guesses, services.starts),
    ],
    [CatalogueResolver, new CatalogueResolver(content, pathwayFinder(content), services.switches, now)],
    [ExplanationResolver, new ExplanationResolver()],
    [StatisticsResolver, new StatisticsResolver(services.statistics)],
    [SwitchResolver, new SwitchResolver(content, services.switches)],
    [AlternativeOutcomeResolver, new AlternativeOutcomeResolver()],
  ]);
}

const Representation = z.object({ id: z.string() });

function references({ content, ...services }: TriageServices): Record<string, ReferenceResolver> {
  return {
    Assessment: async (representation, { caller }) => {
      const found = await services.assessments.find(Representation.parse(representation).id);
      return found && assessmentView(found, caller);
    },
    Disposition: (representation) => {
      const found = content.dispositions.get(Representation.parse(representation).id);
      return found ? dispositionView(content, found) : null;
    },
    Pathway: async (representation) => {
      const found = content.pathways.get(Representation.parse(representation).id);
      const off = await services.switches.read();
      return found ? pathwayView(content, found, off.has(found.id)) : null;
    },
  };
}
