import { randomUUID } from 'node:crypto';
import { Ctx, Directive, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { BreakerState, Health } from '../../../adapters/gp-system';
import { within, type Timers } from '../../../domain/timers';
import { ForKinds } from '../../../platform/graphql/access-directive';
import { create } from '../../../platform/graphql/create';
import type { SubgraphContext } from '../../../platform/graphql/subgraph-context';
import type { SupplierReport as Report } from '../options/supplier-reports';
import { boundedCall, type GpSystems } from '../gp-systems';
import { BreakerStateEnum, SupplierStatusEnum } from '../types/enums';
import { Supplier, SupplierReport } from '../types/options';

const HEALTH_WAIT_MS = 1_000;

@Resolver(() => Supplier)
export class SupplierResolver {
  constructor(
    private readonly systems: GpSystems,
    private readonly timers: Timers,
  ) {}

  @ForKinds('OPERATOR', 'ANALYST')
  @Directive('@listSize(assumedSize: 6)')
  @Query(() => [Supplier], { description: 'The connected suppliers.' })
  suppliers(): Supplier[] {
    return [...this.systems.keys()].map((id) => supplierOf(id, this.systems));
  }

  @Directive('@cost(weight: 30)')
  @FieldResolver(() => SupplierStatusEnum, {
    description: 'Result of a check made now, of at most a second.',
  })
  async status(@Root() { id }: Supplier, @Ctx() { signal }: SubgraphContext): Promise<Health['status']> {
    const system = this.systems.get(id);
    if (system === undefined) return 'DOWN';
    const call = boundedCall(system.manifest.limits.timeoutMs.read, randomUUID(), this.timers, signal);
    const health = await within(this.timers, HEALTH_WAIT_MS, system.health(call));
    return health?.status ?? 'DOWN';
  }

  @FieldResolver(() => BreakerStateEnum, {
    nullable: true,
    description: 'True when the process that answers calls the supplier at all just now.',
  })
  breaker(@Root() { id }: Supplier): BreakerState | null {
    return this.systems.get(id)?.breaker?.() ?? null;
  }
}

export function supplierOf(id: string, systems: GpSystems): Supplier {
  return create(Supplier, { id, name: systems.get(id)?.manifest.name ?? id });
}

export function reportOf({ supplier, ...report }: Report, systems: GpSystems): SupplierReport {
  return create(SupplierReport, { ...report, supplier: supplierOf(supplier, systems) });
}
