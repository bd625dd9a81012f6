import type { Logger } from 'pino';
import { z } from 'zod';
import type { PlaceLookup } from '../../domain/place';
import { openDatabase, type DatabaseSettings } from '../database';
import {
  buildFederatedSchema,
  type FederatedSchema,
  type ReferenceResolver,
  type Subgraph,
} from '../federated-schema';
import { assessmentStore } from './assessment-store';
import { assessments, type Assessments } from './assessments';
import type { Content } from './content/content';
import { loadContent, refuseDemoContent } from './content/load-content';
import { triageMigrations, type TriageTables } from './migrations';
import { AssessmentResolver } from './resolvers/assessment.resolver';
import { CatalogueResolver } from './resolvers/catalogue.resolver';
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
  const { places, now, logger } = deps;
  const content = loadContent();
  refuseDemoContent(content, deps.clinicalMode);
  const database = await openDatabase<TriageTables>(deps.database, NAME, triageMigrations);
  const store = assessmentStore(database.db);
  logger.info(
    { pathways: content.pathways.size, demo: content.banner !== null },
    'Triage content is loaded.',
  );
  return {
    name: NAME,
    ...triageSchema({ content, assessments: assessments({ store, content, places, now }), now }),
    close: () => database.close(),
  };
}

interface TriageServices {
  content: Content;
  assessments: Assessments;
  now: () => Date;
}

/** Without services the type definitions are all that is of use: `npm run schema` opens no store. */
export function triageSchema(services?: TriageServices): FederatedSchema {
  return buildFederatedSchema({
    resolvers: [AssessmentResolver, CatalogueResolver],
    orphanedTypes: [],
    instances: services ? resolvers(services) : new Map(),
    references: services ? references(services) : {},
  });
}

function resolvers({ content, assessments, now }: TriageServices): Map<unknown, object> {
  return new Map<unknown, object>([
    [AssessmentResolver, new AssessmentResolver(content, assessments)],
    [CatalogueResolver, new CatalogueResolver(content, now)],
  ]);
}

const Representation = z.object({ id: z.string() });

function references({ content, assessments }: TriageServices): Record<string, ReferenceResolver> {
  return {
    Assessment: async (representation, { caller }) => {
      const found = await assessments.find(Representation.parse(representation).id);
      return found && assessmentView(content, found, caller);
    },
    Disposition: (representation) => {
      const found = content.dispositions.get(Representation.parse(representation).id);
      return found ? dispositionView(content, found) : null;
    },
    Pathway: (representation) => {
      const found = content.pathways.get(Representation.parse(representation).id);
      return found ? pathwayView(content, found) : null;
    },
  };
}
