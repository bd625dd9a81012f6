import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { assessmentDigest } from '../../domain/assessment-digest';
import { ageInMonths, londonDate } from '../../domain/london-time';
import {
  ACCEPT,
  ask,
  CANCEL,
  CONFIRM,
  HOLD,
  NOTHING,
  READ,
  RELEASE,
  RESCHEDULE,
  ResultData,
  SEARCH,
  SearchData,
  type Data,
} from './fault-client';
import type { RecordedOperation, OperationKind, SlotName } from './history';
import { LAST_START_MS, policyOf, type Practice } from './fault-practice';
import type { SimulatedPatient, World } from './fault-world';

/** A slot as it was offered. */
export interface Offered extends SlotName {
  id: string;
}

/** Subject of one request, beside its content. */
interface RequestSubject {
  kind: OperationKind;
  key?: string;
  slot?: SlotName | null;
  holdId?: string | null;
  about?: string | null;
}

/** Way of sending a request. */
export interface Manner {
  /** Index of the process that receives it. */
  process?: number;
  /** The client goes away after so long. */
  giveUpMs?: number;
}

/** One patient at their screen: every request and answer of theirs goes into the history. */
export interface PatientClient {
  patient: SimulatedPatient;
  /** Digest of the symptom check of their need. */
  check: string;
  search(practices: readonly Practice[], first?: number): Promise<Offered[]>;
  hold(offered: Offered, key: string, manner?: Manner): Promise<RecordedOperation>;
  release(holdId: string): Promise<RecordedOperation>;
  confirm(holdId: string, key: string, manner?: Manner & { reason?: string }): Promise<RecordedOperation>;
  cancel(bookingId: string, key: string, manner?: Manner): Promise<RecordedOperation>;
  reschedule(bookingId: string, offered: Offered, key: string, manner?: Manner): Promise<RecordedOperation>;
  acceptMove(bookingId: string, key: string, manner?: Manner): Promise<RecordedOperation>;
  /** The booking, as far as it is this patient's. */
  read(bookingId: string): Promise<RecordedOperation>;
}

const SEARCH_MS = 1_500;
const CHECK_GOOD_MS = 4 * 3_600_000;
const DISPOSITION = 'gp-6h';
/** From the range that is never given to anybody. */
const PHONE = '07700 900123';
const UP_TRIES = 5;

/** A patient with a need of their own, whose symptom check is kept. @param during the current fault, for the history. */
export function patientClient(
  world: World,
  patient: SimulatedPatient,
  operations: RecordedOperation[],
  during: () => string,
): PatientClient {
  const { caller, digest } = patient;
  const assessmentId = randomUUID();
  const check = assessmentDigest(assessmentId);
  world.checks.keep(check, {
    pathwayId: `complaint of ${check}`,
    subject: { relationship: 'SELF', dateOfBirth: caller.self.birthDate },
    expiresAt: new Date(world.now().getTime() + CHECK_GOOD_MS),
    result: { kind: 'OUTCOME', dispositionId: DISPOSITION, title: 'See a GP', deadline: null },
  });

  /** A process that was killed is started again by the next who wants something of it. */
  async function reach({ process = 0 }: Manner): Promise<string | null> {
    const service = world.services[process % world.services.length];
    for (let tries = 0; tries < UP_TRIES && service?.url() === null; tries++)
      await service.start().catch(() => sleep(200));
    return service?.url() ?? null;
  }

  async function send(
    url: string | null,
    query: string,
    variables: object,
    giveUpMs?: number,
  ): Promise<Data> {
    return url === null ? null : ask(url, world.callerKey, caller, { query, variables }, giveUpMs);
  }

  async function mutation(
    asked: RequestSubject,
    query: string,
    input: object,
    manner: Manner = {},
  ): Promise<RecordedOperation> {
    const label = during();
    const url = await reach(manner);
    const invokedAt = Date.now();
    const data = await send(url, query, { input }, manner.giveUpMs);
    const told = ResultData.safeParse(data).data?.result ?? null;
    return recorded(asked, { label, invokedAt, body: JSON.stringify(input), told });
  }

  function recorded(
    { kind, key, slot = null, holdId = null, about = null }: RequestSubject,
    {
      label,
      invokedAt,
      body,
      told,
      shown = [],
    }: { label: string; invokedAt: number; body: string; told: ReplyResult | null; shown?: string[] },
  ): RecordedOperation {
    const said = told === null ? 'no answer' : [told.__typename, told.status].filter(Boolean).join(' ');
    const operation: RecordedOperation = {
      kind,
      caller: caller.id,
      patient: digest,
      check,
      key: key ?? null,
      body,
      during: label,
      invokedAt,
      outcome: outcomeOf(said),
      completedAt: Date.now(),
      result: said,
      slot,
      holdId: told?.__typename === 'Hold' ? (told.id ?? null) : holdId,
      about,
      bookingId: told?.__typename === 'Booking' ? (told.id ?? null) : (told?.booking?.id ?? null),
      shown,
      search: null,
    };
    operations.push(operation);
    return operation;
  }

  return {
    patient,
    check,

    async search(practices, first = 3) {
      const label = during();
      const url = await reach({});
      const invokedAt = Date.now();
      world.searchPeak();
      const representations = [assessment(world, patient, assessmentId, practices)];
      const idle = send(url, NOTHING, {}).then(() => Date.now() - invokedAt);
      const data = await send(url, SEARCH, { representations, wait: SEARCH_MS, first });
      const completedAt = Date.now();
      const idleMs = await idle;
      const found = SearchData.safeParse(data).data?._entities[0].appointmentOptions;
      const slots = [...(found?.ownPractice ?? []), ...(found?.elsewhere ?? []).flat()];
      const offers = slots.map(({ id, startsAt, practice }) => ({
        id,
        practice: practice.odsCode,
        startsAt: startsAt.getTime(),
      }));
      const operation = recorded(
        { kind: 'search' },
        {
          label,
          invokedAt,
          body: '',
          told: found === undefined ? null : { __typename: 'AppointmentOptions' },
        },
      );
      operation.completedAt = completedAt;
      operation.search = found
        ? {
            timeoutMs: SEARCH_MS,
            idleMs,
            reports: found.supplierReports.map(({ supplier }) => supplier.id),
            offers: offers.map(({ practice, startsAt }) => ({ practice, startsAt })),
            peak: null,
          }
        : null;
      return offers;
    },

    hold: (offered, key, manner) =>
      mutation(
        { kind: 'hold', key, slot: slotOf(offered) },
        HOLD,
        { slotId: offered.id, idempotencyKey: key },
        manner,
      ),
    release: (holdId) => mutation({ kind: 'release', holdId }, RELEASE, { holdId }),
    confirm: (holdId, key, { reason, ...manner } = {}) =>
      mutation(
        { kind: 'confirm', key, holdId },
        CONFIRM,
        { holdId, reason, contactPhone: PHONE, idempotencyKey: key },
        manner,
      ),
    cancel: (bookingId, key, manner) =>
      mutation(
        { kind: 'cancel', key, about: bookingId },
        CANCEL,
        { bookingId, reason: 'OTHER', idempotencyKey: key },
        manner,
      ),

    reschedule: (bookingId, offered, key, manner) =>
      mutation(
        { kind: 'reschedule', key, about: bookingId, slot: slotOf(offered) },
        RESCHEDULE,
        { bookingId, slotId: offered.id, idempotencyKey: key },
        manner,
      ),

    acceptMove: (bookingId, key, manner) =>
      mutation({ kind: 'accept', key, about: bookingId }, ACCEPT, { bookingId, idempotencyKey: key }, manner),

    async read(bookingId) {
      const label = during();
      const url = await reach({});
      const invokedAt = Date.now();
      const answer = ResultData.safeParse(await send(url, READ, { id: bookingId })).data;
      const shown = answer?.mine?.edges.map(({ node }) => node.id) ?? [];
      const told = answer === undefined ? null : (answer.result ?? { __typename: 'nothing' });
      return recorded({ kind: 'read', about: bookingId }, { label, invokedAt, body: bookingId, told, shown });
    },
  };
}

const slotOf = ({ practice, startsAt }: Offered): SlotName => ({ practice, startsAt });

type ReplyResult = NonNullable<NonNullable<ReturnType<typeof ResultData.parse>>['result']>;

/** Classifies an answer. A refusal is final; a booking that is being checked, or a lost answer, is not. */
function outcomeOf(said: string): RecordedOperation['outcome'] {
  switch (said) {
    case 'Hold':
    case 'HoldReleased':
    case 'AppointmentOptions':
    case 'Booking CONFIRMED':
    case 'Booking MOVED_BY_PRACTICE':
    case 'Booking CANCELLED':
    case 'Booking CANCELLED_BY_PRACTICE':
      return 'ok';
    case 'no answer':
    case 'Booking CHECKING':
    case 'Booking CANCELLING':
    case 'Booking NEEDS_ATTENTION':
      return 'info';
    default:
      return 'fail';
  }
}

/** Builds triage's and practices' fields of the patient's assessment: see a GP within six hours or so. */
function assessment(world: World, { caller }: SimulatedPatient, id: string, practices: readonly Practice[]) {
  const now = world.now();
  const candidates = practices.map(({ code, supplier }, index) => ({
    odsCode: code,
    distanceMiles: index,
    connections: [{ supplier, route: supplier === 'gp-connect' ? 'NETWORK' : 'PATIENT_SESSION' }],
    release: policyOf(code),
  }));
  const [only] = practices;
  const own = practices.length === 1 && only?.supplier !== 'gp-connect' ? (candidates[0] ?? null) : null;
  return {
    __typename: 'Assessment',
    id,
    expiresAt: new Date(now.getTime() + 3_600_000).toISOString(),
    outcome: {
      deadline: new Date(now.getTime() + LAST_START_MS + 3_600_000).toISOString(),
      disposition: { id: DISPOSITION, bookable: 'NETWORK', modes: ['IN_PERSON', 'TELEPHONE', 'VIDEO'] },
    },
    subject: {
      ageInMonths: ageInMonths(caller.self.birthDate, londonDate(now)),
      registeredPracticeOdsCode: caller.self.registeredPractice ?? null,
    },
    candidates: {
      own,
      near: own === null ? candidates : [],
      stopped: [],
      practicesInRadius: candidates.length,
      withinMiles: 10,
      placeKnown: true,
    },
  };
}
