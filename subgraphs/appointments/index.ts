import type { RawBuilder } from 'kysely';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { TellChanges } from '../../domain/booking-changes';
import type { CubeReader } from '../../domain/insight/cubes';
import type { PracticeAreas } from '../../domain/practice-areas';
import type { PracticeBooks } from '../../domain/practice-books';
import type { ReleaseLedger } from '../../domain/release-ledger';
import { watchKeys, type KeysChanged } from '../../platform/database/data-keys';
import { type DatabaseSettings } from '../../platform/database/database';
import { readSession } from '../../platform/database/row-statement';
import { type Subgraph } from '../../platform/graphql/federated-schema';
import { rollUpNightly } from '../../platform/insight/roll-up-nightly';
import type { BookingDeps } from './booking/booking-deps';
import { contactSealer } from './sealed-contacts';
import { reconciler, type Reconciler } from './booking/reconciler';
import { inProcessHolds } from './holds/in-process-holds';
import { redisHolds } from './holds/redis-holds';
import { appointmentCubes } from './insight/appointment-cubes';
import { statistics, type Statistics } from './insight/statistics';
import type { ContentWords } from './insight/vocabulary';
import { ledger } from './ledger/ledger';
import { tellingChanges } from './ledger/telling-changes';
import { heldSlotsOfDay, liveBeside } from './ledger/live-bookings';
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
import { freeTimesOfBooks, type FreeTimesDeps } from './options/free-times';
import { practiceBooks } from './releases/practice-books';
import { notingKinds, storedSlotKinds } from './releases/slot-kinds';
import { releaseLedger } from './releases/stored-releases';
import type { DefaultPolicyOf } from './releases/stored-policy';
import type { PeriodicTask } from '../../platform/run-periodically';
import { retention } from './retention';
import { keyedDigest, type Secrets } from '../../domain/secret';
import type { SymptomChecks } from '../../domain/symptom-checks';
import { machineTimers, type Timers } from '../../domain/timers';
import { sealer } from '../../domain/sealed';
import type { GpSystems } from './gp-systems';
import { appointmentsSchema } from './schema';
import { openKeyedLedger, openLedger } from './database/open-database';

export interface AppointmentsOptions extends CopiesPlace, ContentWords {
  database: DatabaseSettings;
  /** Holds are shared through Redis where there is one, else kept in this process. */
  redisUrl: string | undefined;
  systems: GpSystems;
  /** Secrets that unwrap the keys in the database. */
  secrets: Secrets;
  holdMs: number;
  /** Interval at which standing bookings are compared with the practice's own book. */
  compareEveryMs: number;
  offerMs: number;
  atOnce: number;
  /** The rules that hold until a practice sets its own. */
  defaultPolicyOf: DefaultPolicyOf;
  now: () => Date;
  logger: Logger;
  /** Undefined: events for the front end are kept, and not delivered. */
  webhook?: WebhookSettings | undefined;
  /** Undefined: notices to own practices are kept, and not delivered. */
  practiceWebhook?: WebhookSettings | undefined;
  /** Undefined: nothing is counted. */
  metrics?: Registry | undefined;
  /** Timers for calls to suppliers; the machine's by default. */
  timers?: Timers | undefined;
  /** Called when the ledger has other keys than this process, which must then stop. */
  onKeysChanged?: ((why: KeysChanged) => void) | undefined;
  /** Replaces the database's own clock in a simulation whose time is not the machine's. */
  databaseClock?: ((machine: RawBuilder<number>) => RawBuilder<number>) | undefined;
  /** Symptom checks as they are now. */
  checks: SymptomChecks;
  /** Cubes of the facts that triage has. */
  checkCubes: CubeReader;
  areas: PracticeAreas;
  /** Statistics are rolled up when they are asked for: in the simulation, whose clock can be moved. */
  rollsUpOnDemand?: boolean | undefined;
  /** Tells whoever follows a booking that it has changed; undefined: nobody does. Closed with the subgraph. */
  changes?: TellChanges | undefined;
}

export type AppointmentsDeps = BookingDeps &
  OptionsDeps &
  ContentWords &
  Pick<AppointmentsOptions, 'webhook' | 'practiceWebhook' | 'metrics' | 'onKeysChanged' | 'changes'> & {
    /** Throws KeysChanged once the ledger has other keys than when it was opened. */
    keysUnchanged?: () => Promise<void>;
    statistics: Statistics;
    cubes: CubeReader;
  };

const RECONCILE_EVERY_MS = 500;

/** The appointments subgraph on stores of its own. */
export async function createAppointmentsSubgraph(
  options: AppointmentsOptions,
): Promise<AppointmentsSubgraph & { practiceBooks: PracticeBooks }> {
  const deps = await openAppointments(options);
  return { ...appointmentsSubgraph(deps), practiceBooks: deps.practiceBooks };
}

/** The stores and services of the subgraph, without periodic tasks; its owner closes it. */
export async function openAppointments(
  options: AppointmentsOptions,
): Promise<AppointmentsDeps & { practiceBooks: PracticeBooks }> {
  const { redisUrl, logger, now, defaultPolicyOf, timers = machineTimers } = options;
  const {
    database: opened,
    keys,
    keyName,
    unchanged,
  } = await openKeyedLedger(options.database, options.secrets);
  const database = { ...opened, now: options.databaseClock?.(opened.now) ?? opened.now };
  const kinds = storedSlotKinds(database, now, logger);
  const systems = notingKinds(options.systems, kinds);
  const books = ledger(database, logger, options);
  const { areas, checkCubes, rollsUpOnDemand = false } = options;
  const cubes = appointmentCubes({ db: database.db, areas, now });
  const readers = { triage: checkCubes, appointments: cubes };
  return {
    ...options,
    timers,
    systems,
    practiceBooks: booksOf({ ...books, systems, kinds, now, timers, logger }),
    ledger: books,
    cubes,
    statistics: statistics({ ...options, db: database.db, readers, rollsUpOnDemand }),
    releases: releaseLedger(database, defaultPolicyOf),
    holds: redisUrl === undefined ? inProcessHolds(timers) : redisHolds(redisUrl, logger),
    copies: await openCopies(options, now, logger),
    offers: sealer(Offer, keys.offer, keyName),
    contacts: contactSealer(keys['patient-details'], keyName),
    patients: patients({ details: keys['patient-details'], digest: keys['patient-digest'], name: keyName }),
    fingerprint: keyedDigest(keys.fingerprint),
    keysUnchanged: unchanged,
  };
}

/** Closes all stores, in the opposite order of opening. */
export async function closeAppointments(deps: AppointmentsDeps): Promise<void> {
  const { holds, copies, ledger: books, changes } = deps;
  await changes?.close();
  await holds.close();
  await copies.close();
  await books.close();
}

/** The release rules and what is known of books alone, for a process that runs the subgraph where practices set them. */
export async function openReleaseLedger(
  settings: DatabaseSettings,
  defaultPolicyOf: DefaultPolicyOf,
  timers: Timers = machineTimers,
): Promise<{
  releases: ReleaseLedger;
  booksOf(options: Pick<AppointmentsOptions, 'systems' | 'now' | 'logger'>): PracticeBooks;
  close(): Promise<void>;
}> {
  const database = await openLedger(settings);
  return {
    releases: releaseLedger(database, defaultPolicyOf, timers),
    booksOf: ({ systems, now, logger }) =>
      booksOf({
        liveBeside: (places) => liveBeside(readSession(database), places),
        heldSlots: (practice, day) => heldSlotsOfDay(readSession(database), { practice, starts_on: day }),
        systems,
        kinds: storedSlotKinds(database, now, logger),
        now,
        timers,
        logger,
      }),
    close: () => database.close(),
  };
}

function booksOf(deps: FreeTimesDeps & Parameters<typeof practiceBooks>[0]): PracticeBooks {
  return { ...practiceBooks(deps), ...freeTimesOfBooks(deps) };
}

export type AppointmentsSubgraph = Subgraph & { reconciler: Reconciler; releases: ReleaseLedger };

/** The subgraph over open stores, with what it does by itself running; closing it closes them. */
export function appointmentsSubgraph(dependencies: AppointmentsDeps): AppointmentsSubgraph {
  const deps = measured(telling(dependencies));
  const settling = reconciler(deps);
  settling.start(RECONCILE_EVERY_MS);
  const repeating = [
    retention(deps.ledger, deps.logger),
    rollUpNightly('appointments', deps.cubes, deps.logger),
    ...startDelivery(deps),
    ...startKeyWatch(deps),
  ];
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

function telling(deps: AppointmentsDeps): AppointmentsDeps {
  const { changes, ledger: books } = deps;
  return changes === undefined ? deps : { ...deps, ledger: tellingChanges(books, changes) };
}

function measured(deps: AppointmentsDeps): AppointmentsDeps {
  const { metrics, ledger: books, copies, systems } = deps;
  if (metrics === undefined) return deps;
  const receivers = { frontEnd: deps.webhook !== undefined, practices: deps.practiceWebhook !== undefined };
  registerGauges(books, systems, metrics, { receivers });
  return {
    ...deps,
    ledger: countingOutcomes(books, metrics),
    copies: countingCopies(copies, metrics),
    onLostLeft: countingLostLeft(metrics),
    systems: countingAnswers(systems, metrics),
  };
}

function startDelivery(deps: AppointmentsDeps): PeriodicTask[] {
  const { webhook, practiceWebhook, ledger: books, patients: people, now, logger } = deps;
  const sending = { ledger: books, patients: people, now, logger };
  return [
    ...(webhook === undefined ? [] : [webhookPublisher({ ...sending, webhook })]),
    ...(practiceWebhook === undefined ? [] : [practiceNotifier({ ...sending, webhook: practiceWebhook })]),
  ];
}

function startKeyWatch({
  keysUnchanged: unchanged,
  onKeysChanged,
  logger,
}: AppointmentsDeps): PeriodicTask[] {
  if (unchanged === undefined || onKeysChanged === undefined) return [];
  return [watchKeys(unchanged, onKeysChanged, logger)];
}
