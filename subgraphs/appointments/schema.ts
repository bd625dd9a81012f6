import type { ContentWords } from './insight/vocabulary';
import { OdsCode } from '../../domain/ods-code';
import type { Statistics } from './insight/statistics';
import { z } from 'zod';
import {
  buildFederatedSchema,
  type FederatedSchema,
  type SubgraphDefinition,
} from '../../platform/graphql/federated-schema';
import { AssessmentResolver } from './resolvers/assessment.resolver';
import { BookingResolver } from './resolvers/booking.resolver';
import { ContinuityResolver } from './resolvers/continuity.resolver';
import { OperatorResolver } from './resolvers/operator.resolver';
import { PracticeResolver } from './resolvers/practice.resolver';
import { PracticeOptionsResolver, SlotResolver } from './resolvers/slot.resolver';
import { StatisticsResolver } from './resolvers/statistics.resolver';
import { supplierOf, SupplierResolver } from './resolvers/supplier.resolver';
import { Assessment } from './types/assessment';
import type { BookingDeps } from './booking/booking-deps';
import type { OptionsDeps } from './options/appointment-options';
import type { SubgraphContext } from '../../platform/graphql/subgraph-context';
import { bookingFor } from './resolvers/booking-for';
import { practiceReference } from './views/slot-view';

export const EntityKey = z.object({ id: z.string() });
export const PracticeKey = z.object({ odsCode: OdsCode });
export const TYPES: Omit<SubgraphDefinition, 'instances' | 'references'> = {
  resolvers: [
    AssessmentResolver,
    BookingResolver,
    ContinuityResolver,
    OperatorResolver,
    PracticeOptionsResolver,
    PracticeResolver,
    SlotResolver,
    StatisticsResolver,
    SupplierResolver,
  ],
  // Nothing here returns an assessment: it comes by `_entities` alone.
  orphanedTypes: [Assessment],
  inaccessibleEnums: ['BookingRoute', 'StoppedReason'],
};
/** The services that the resolvers call. */
export type AppointmentsServices = BookingDeps & OptionsDeps & ContentWords & { statistics: Statistics };

export function appointmentsSchema(services: AppointmentsServices): FederatedSchema {
  return buildFederatedSchema({
    ...TYPES,
    instances: new Map<unknown, object>([
      [AssessmentResolver, new AssessmentResolver(services)],
      [BookingResolver, new BookingResolver(services)],
      [ContinuityResolver, new ContinuityResolver(services.ledger)],
      [PracticeResolver, new PracticeResolver(services)],
      [OperatorResolver, new OperatorResolver(services)],
      [PracticeOptionsResolver, new PracticeOptionsResolver()],
      [SlotResolver, new SlotResolver(services)],
      [StatisticsResolver, new StatisticsResolver(services.statistics, services)],
      [SupplierResolver, new SupplierResolver(services.systems, services.timers)],
    ]),
    references: {
      Assessment: (representation) => Object.assign(new Assessment(), representation),
      Booking: (representation, { caller }: SubgraphContext) =>
        bookingFor(caller, EntityKey.parse(representation).id, services),
      Practice: (representation) => practiceReference(PracticeKey.parse(representation).odsCode),
      Supplier: (representation) => supplierOf(EntityKey.parse(representation).id, services.systems),
    },
  });
}

/** For composition, which needs no stores. */
export function appointmentsTypeDefs(): string {
  return buildFederatedSchema({ ...TYPES, instances: new Map(), references: {} }).typeDefs;
}
