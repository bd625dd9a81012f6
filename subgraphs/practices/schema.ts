import { z } from 'zod';
import type { PlaceLookup } from '../../domain/place';
import { buildFederatedSchema, type FederatedSchema, type SubgraphDefinition } from '../federated-schema';
import { Assessment, assessmentReference } from './api/assessment';
import { AssessmentResolver } from './api/assessment.resolver';
import { practiceByCode } from './api/practice';
import { PracticeResolver } from './api/practice.resolver';
import { PracticesNearResolver } from './api/practices-near.resolver';
import type { CandidateFinder } from './candidate-finder';
import type { DirectoryFeed } from './directory/directory-feed';
import type { ReleasePolicies } from './release/policies';

/** What the resolvers ask. */
export interface PracticesServices {
  feed: DirectoryFeed;
  places: PlaceLookup;
  policies: ReleasePolicies;
  candidateFinder: CandidateFinder;
}

const PracticeKey = z.object({ odsCode: z.string() });

const TYPES: Omit<SubgraphDefinition, 'instances' | 'references'> = {
  resolvers: [PracticeResolver, PracticesNearResolver, AssessmentResolver],
  orphanedTypes: [Assessment],
  inaccessibleEnums: ['BookingRoute'],
};

export function practicesSchema(services: PracticesServices): FederatedSchema {
  const { feed, places, policies, candidateFinder } = services;
  return buildFederatedSchema({
    ...TYPES,
    instances: new Map<unknown, object>([
      [PracticeResolver, new PracticeResolver(feed, policies)],
      [PracticesNearResolver, new PracticesNearResolver(feed, places)],
      [AssessmentResolver, new AssessmentResolver(candidateFinder)],
    ]),
    references: {
      Practice: (representation) => practiceByCode(feed.current(), PracticeKey.parse(representation).odsCode),
      Assessment: assessmentReference,
    },
  });
}

/** For composition, which needs no stores. */
export function practicesTypeDefs(): string {
  return buildFederatedSchema({ ...TYPES, instances: new Map(), references: {} }).typeDefs;
}
