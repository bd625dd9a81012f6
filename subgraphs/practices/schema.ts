import { z } from 'zod';
import type { DispositionCatalogue } from '../../domain/disposition-catalogue';
import type { PlaceLookup } from '../../domain/place-lookup';
import type { ReleaseLedger } from '../../domain/release-ledger';
import {
  buildFederatedSchema,
  type FederatedSchema,
  type SubgraphDefinition,
} from '../../platform/graphql/federated-schema';
import { Assessment, assessmentReference } from './types/assessment';
import { AssessmentResolver } from './resolvers/assessment.resolver';
import { practiceByCode } from './views/practice-view';
import { PracticeResolver } from './resolvers/practice.resolver';
import { PracticesNearResolver } from './resolvers/practices-near.resolver';
import { ReleaseResolver } from './resolvers/release.resolver';
import type { CandidateFinder } from './candidates/candidate-finder';
import type { DirectoryFeed } from './directory/directory-feed';
import type { ReleasePolicyService } from './release/release-desk';

/** Services that the resolvers call. */
export interface PracticesServices {
  feed: DirectoryFeed;
  places: PlaceLookup;
  releases: Pick<ReleaseLedger, 'policy'>;
  candidateFinder: CandidateFinder;
  desk: ReleasePolicyService;
  dispositions: DispositionCatalogue;
  now: () => Date;
}

const PracticeKey = z.object({ odsCode: z.string() });

const TYPES: Omit<SubgraphDefinition, 'instances' | 'references'> = {
  resolvers: [PracticeResolver, PracticesNearResolver, ReleaseResolver, AssessmentResolver],
  orphanedTypes: [Assessment],
  inaccessibleEnums: ['BookingRoute', 'StoppedReason'],
};

export function practicesSchema(services: PracticesServices): FederatedSchema {
  const { feed, places, releases, candidateFinder, desk, dispositions, now } = services;
  return buildFederatedSchema({
    ...TYPES,
    instances: new Map<unknown, object>([
      [PracticeResolver, new PracticeResolver(feed, releases, now)],
      [ReleaseResolver, new ReleaseResolver(desk, feed, dispositions, now)],
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
