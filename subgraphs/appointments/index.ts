import type { RawBuilder } from 'kysely';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { OdsCode } from '../../domain/ods-code';
import type { ReleaseLedger } from '../../domain/release-ledger';
import { keysUnchanged, watchKeys, type KeysChanged } from '../../platform/database/data-keys';
import { openDatabase, type Database, type DatabaseSettings } from '../../platform/database/database';
import {
  buildFederatedSchema,
  type FederatedSchema,
  type Subgraph,
  type SubgraphDefinition,
} from '../../platform/graphql/federated-schema';
import type { SubgraphContext } from '../../platform/graphql/subgraph-context';
import type { BookingDeps } from './booking/booking-deps';
import { reconciler, type Reconciler } from './booking/reconciler';
import { inProcessHolds } from './holds/in-process-holds';
import { redisHolds } from './holds/redis-holds';
import { ledger } from './ledger/ledger';
import { keyName, LEDGER_KEYS, openLedgerKeys } from './database/ledger-keys';
import { ledgerMigrations } from './database/migrations';
import type { LedgerTables } from './database/tables';
import { Offer } from './holds/offers';
import {
  countingAnswers,
  countingCopies,
  countingLostLeft,
  countingOutcomes,
  registerGauges,
} from './metrics';
import type { OptionsDeps } from './options/appointment-options';
import { practiceNotifier } from './outbox/practice-notifier';
import { webhookPublisher } from './outbox/webhook-publisher';
import type { WebhookSettings } from './outbox/webhook';
import { patients } from './sealed-patients';
import { openCopies, type CopiesPlace } from './recovery/open-copies';
import { releaseLedger } from './releases/stored-releases';
import type { DefaultPolicyOf } from './releases/stored-policy';
import type { PeriodicTask } from '../../platform/run-periodically';
import { AssessmentResolver } from './resolvers/assessment.resolver';
import { BookingResolver } from './resolvers/booking.resolver';
import { ContinuityResolver } from './resolvers/continuity.resolver';
import { OperatorResolver } from './resolvers/operator.resolver';
import { PracticeResolver } from './resolvers/practice.resolver';
import { PracticeOptionsResolver, SlotResolver } from './resolvers/slot.resolver';
import { supplierOf, SupplierResolver } from './resolvers/supplier.resolver';
import { retention } from './retention';
import { keyedDigest, type Secrets } from '../../domain/secret';
import { machineTimers, type Timers } from '../../domain/timers';
import { sealer } from '../../domain/sealed';
import type { GpSystems } from './gp-systems';
import { Assessment } from './types/assessment';
import { bookingOf } from './types/booking';
import { practice } from './types/slot';

export interface AppointmentsOptions extends CopiesPlace {
  database: DatabaseSettings;
  /** Holds are shared through Redis where there is one, else kept in this process. */
  redisUrl: string | undefined;
  systems: GpSystems;
  /** What opens the keys that lie in the database. */
  secrets: Secrets;
  holdMs: number;
  /** How often what stands is compared with the practice's own book. */
  sweepEveryMs: number;
  offerMs: number;
  atOnce: number;
  /** The rules that hold until a practice sets its own. */
  defaultPolicyOf: DefaultPolicyOf;
  now: () => Date;
  logger: Logger;
  /** Undefined: the front end is not told of changes, which are kept. */
  webhook?: WebhookSettings | undefined;
  /** Undefined: own practices are not told of bookings elsewhere; the notices are kept. */
  practiceWebhook?: WebhookSettings | undefined;
  /** Undefined: nothing is counted. */
  metrics?: Registry | undefined;
  /** Of waiting for suppliers; the machine's unless they are others. */
  timers?: Timers | undefined;
  /** Told when the ledger has other keys than this process, which must not go on then. */
  onKeysChanged?: ((why: KeysChanged) => void) | undefined;
  /** Of a simulation whose time is not the machine's: puts it in the place of the database's own clock. */
  databaseClock?: ((machine: RawBuilder<number>) => RawBuilder<number>) | undefined;
}

export type AppointmentsDeps = BookingDeps &
  OptionsDeps &
  Pick<AppointmentsOptions, 'webhook' | 'practiceWebhook' | 'metrics' | 'onKeysChanged'> & {
    /** Throws KeysChanged once the ledger has other keys than when it was opened. */
    keysUnchanged?: () => Promise<void>;
  };

const RECONCILE_EVERY_MS = 500;

/** The appointments subgraph on stores of its own. */
export async function createAppointmentsSubgraph(
  options: AppointmentsOptions,
): Promise<AppointmentsSubgraph> {
  return appointmentsSubgraph(await openAppointments(options));
}

/** The stores and services of the subgraph, with nothing running by itself; whoever opens them closes them. */
export async function openAppointments(options: AppointmentsOptions): Promise<AppointmentsDeps> {
  const { redisUrl, logger, now, defaultPolicyOf, timers = machineTimers } = options;
  const {
    database: opened,
    keys,
    keyName,
    unchanged,
  } = await openKeyedLedger(options.database, options.secrets);
  const database = { ...opened, now: options.databaseClock?.(opened.now) ?? opened.now };
  return {
    ...options,
    timers,
    ledger: ledger(database, logger, options),
    releases: releaseLedger(database, defaultPolicyOf),
    holds: redisUrl === undefined ? inProcessHolds(timers) : redisHolds(redisUrl, logger),
    copies: await openCopies(options, now, logger),
    offers: sealer(Offer, keys.offer, keyName),
    patients: patients({ details: keys['patient-details'], digest: keys['patient-digest'], name: keyName }),
    fingerprint: keyedDigest(keys.fingerprint),
    keysUnchanged: unchanged,
  };
}

/** Closes what was opened, in the opposite order. */
export async function closeAppointments({ holds, copies, ledger: books }: AppointmentsDeps): Promise<void> {
  await holds.close();
  await copies.close();
  await books.close();
}

/** The release rules alone, for a process that runs the subgraph where practices set them. */
export async function openReleaseLedger(
  settings: DatabaseSettings,
  defaultPolicyOf: DefaultPolicyOf,
  timers: Timers = machineTimers,
): Promise<{ releases: ReleaseLedger; close(): Promise<void> }> {
  const database = await openLedger(settings);
  return { releases: releaseLedger(database, defaultPolicyOf, timers), close: () => database.close() };
}

function openLedger(settings: DatabaseSettings): Promise<Database<LedgerTables>> {
  return openDatabase<LedgerTables>(settings, 'appointments', ledgerMigrations);
}

/** @throws SecretUnknown, ReplacementUnfinished */
async function openKeyedLedger(settings: DatabaseSettings, secrets: Secrets) {
  const database = await openLedger(settings);
  try {
    const opened = await openLedgerKeys(database, secrets);
    const unchanged = await keysUnchanged(database, LEDGER_KEYS);
    const ready = async () => {
      await database.ready();
      await unchanged();
    };
    return { database: { ...database, ready }, keys: opened.keys, keyName: keyName(opened), unchanged };
  } catch (error) {
    await database.close();
    throw error;
  }
}

export type AppointmentsSubgraph = Subgraph & { reconciler: Reconciler; releases: ReleaseLedger };

/** The subgraph over open stores, with what it does by itself running; closing it closes them. */
export function appointmentsSubgraph(given: AppointmentsDeps): AppointmentsSubgraph {
  const deps = measured(given);
  const settling = reconciler(deps);
  settling.start(RECONCILE_EVERY_MS);
  const repeating = [retention(deps.ledger, deps.logger), ...telling(deps), ...watching(deps)];
  return {
    name: 'appointments',
    ...appointmentsSchema(deps),
    reconciler: settling,
    releases: deps.releases,
    ready: () => deps.ledger.ready(),
    async close() {
      await settling.stop();
      await Promise.all(repeating.map((one) => one.stop()));
      await closeAppointments(deps);
    },
  };
}

function measured(deps: AppointmentsDeps): AppointmentsDeps {
  const { metrics, ledger: books, copies, systems } = deps;
  if (metrics === undefined) return deps;
  const told = { frontEnd: deps.webhook !== undefined, practices: deps.practiceWebhook !== undefined };
  registerGauges(books, systems, metrics, told);
  return {
    ...deps,
    ledger: countingOutcomes(books, metrics),
    copies: countingCopies(copies, metrics),
    onLostLeft: countingLostLeft(metrics),
    systems: countingAnswers(systems, metrics),
  };
}

function telling(deps: AppointmentsDeps): PeriodicTask[] {
  const { webhook, practiceWebhook, ledger: books, patients: people, now, logger } = deps;
  const sending = { ledger: books, patients: people, now, logger };
  return [
    ...(webhook === undefined ? [] : [webhookPublisher({ ...sending, webhook })]),
    ...(practiceWebhook === undefined ? [] : [practiceNotifier({ ...sending, webhook: practiceWebhook })]),
  ];
}

function watching({ keysUnchanged: unchanged, onKeysChanged, logger }: AppointmentsDeps): PeriodicTask[] {
  if (unchanged === undefined || onKeysChanged === undefined) return [];
  return [watchKeys(unchanged, onKeysChanged, logger)];
}

const EntityKey = z.object({ id: z.string() });
const PracticeKey = z.object({ odsCode: OdsCode });

const TYPES: Omit<SubgraphDefinition, 'instances' | 'references'> = {
  resolvers: [
    AssessmentResolver,
    BookingResolver,
    ContinuityResolver,
    OperatorResolver,
    PracticeOptionsResolver,
    PracticeResolver,
    SlotResolver,
    SupplierResolver,
  ],
  // Nothing here returns an assessment: it comes by `_entities` alone.
  orphanedTypes: [Assessment],
  inaccessibleEnums: ['BookingRoute', 'StoppedReason'],
};

function appointmentsSchema(deps: AppointmentsDeps): FederatedSchema {
  return buildFederatedSchema({
    ...TYPES,
    instances: new Map<unknown, object>([
      [AssessmentResolver, new AssessmentResolver(deps)],
      [BookingResolver, new BookingResolver(deps)],
      [ContinuityResolver, new ContinuityResolver(deps.ledger)],
      [PracticeResolver, new PracticeResolver(deps)],
      [OperatorResolver, new OperatorResolver(deps)],
      [PracticeOptionsResolver, new PracticeOptionsResolver()],
      [SlotResolver, new SlotResolver(deps.offers)],
      [SupplierResolver, new SupplierResolver(deps.systems, deps.timers)],
    ]),
    references: {
      Assessment: (representation) => Object.assign(new Assessment(), representation),
      Booking: async (representation, { caller }: SubgraphContext) => {
        const { id } = EntityKey.parse(representation);
        const booking = caller.kind === 'patient' ? await deps.ledger.findBooking(id, caller.id) : null;
        return booking && bookingOf(booking);
      },
      Practice: (representation) => practice(PracticeKey.parse(representation).odsCode),
      Supplier: (representation) => supplierOf(EntityKey.parse(representation).id, deps.systems),
    },
  });
}

/** For composition, which needs no stores. */
export function appointmentsTypeDefs(): string {
  return buildFederatedSchema({ ...TYPES, instances: new Map(), references: {} }).typeDefs;
}
