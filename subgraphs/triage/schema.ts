import {
  type FederatedSchema,
  type ReferenceResolver,
  buildFederatedSchema,
} from '../../platform/graphql/federated-schema';
import type { Assessments } from './assessment/assessments';
import type { GuessLimit } from './assessment/guess-limit';
import type { StartLimit } from './assessment/start-limit';
import type { Content } from './content/content';
import { SwitchResolver } from './resolvers/switch.resolver';
import { ExplanationResolver, AlternativeOutcomeResolver } from './resolvers/explanation.resolver';
import { CatalogueResolver } from './resolvers/catalogue.resolver';
import { AssessmentResolver } from './resolvers/assessment.resolver';
import type { Switches } from './switches/switches';
import { pathwayFinder } from './content/find-pathways';
import { z } from 'zod';
import { assessmentView } from './views/assessment-view';
import { dispositionView, pathwayView } from './views/catalogue-view';

/** The services that the resolvers call. */
export interface TriageServices {
  content: Content;
  assessments: Assessments;
  switches: Switches;
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
      SwitchResolver,
      AlternativeOutcomeResolver,
    ],
    orphanedTypes: [],
    instances: services ? resolvers(services) : new Map(),
    references: services ? references(services) : {},
  });
}

export function resolvers(services: TriageServices): Map<unknown, object> {
  const { content, now } = services;
  return new Map<unknown, object>([
    [
      AssessmentResolver,
      new AssessmentResolver(content, services.assessments, services.guesses, services.starts),
    ],
    [CatalogueResolver, new CatalogueResolver(content, pathwayFinder(content), services.switches, now)],
    [ExplanationResolver, new ExplanationResolver()],
    [SwitchResolver, new SwitchResolver(content, services.switches)],
    [AlternativeOutcomeResolver, new AlternativeOutcomeResolver()],
  ]);
}

export const Representation = z.object({ id: z.string() });
export function references({ content, ...services }: TriageServices): Record<string, ReferenceResolver> {
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
