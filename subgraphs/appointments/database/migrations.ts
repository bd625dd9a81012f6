import { sql, type Kysely, type Migration } from 'kysely';
import { createKeyTable } from '../../../platform/database/data-keys';
import { appointmentCubes, createFacts } from './fact-migrations';
import { LEDGER_KEYS } from './ledger-keys';

const LIVE_IN_0001 = "('BOOKING','UNKNOWN','CONFIRMED','MANUAL','CANCELLING','CANCEL_UNKNOWN')";

/** Forward only: a migration that has landed is never edited. */
export const ledgerMigrations: Record<string, Migration> = {
  '0001-holds-and-bookings': {
    async up(db: Kysely<unknown>) {
      await createHold(db);
      await createBooking(db);
      await createPracticeDay(db);
      await createIdempotency(db);
    },
  },
  '0002-events-chained-told-and-swept': {
    async up(db: Kysely<unknown>) {
      await widenBooking(db);
      await guardAgain(db);
      await createEvidenceAndOutbox(db);
    },
  },
  '0003-told-counted-and-forgotten': {
    async up(db: Kysely<unknown>) {
      await sql`alter table outbox add column first_tried_at bigint`.execute(db);
      await createIndexesOfAge(db);
    },
  },
  '0004-release-rules-and-notices': {
    async up(db: Kysely<unknown>) {
      await createRelease(db);
      await createNotices(db);
    },
  },
  '0005-refusals-remembered': {
    async up(db: Kysely<unknown>) {
      await sql`alter table idempotency add column refused text`.execute(db);
    },
  },
  '0006-duplicates-looked-for': {
    async up(db: Kysely<unknown>) {
      await lookAfterDuplicates(db);
    },
  },
  '0007-details-erased': {
    async up(db: Kysely<unknown>) {
      await sql`create index hold_details on hold (expires_at) where patient_sealed <> ''`.execute(db);
    },
  },
  '0008-data-keys': {
    async up(db: Kysely<unknown>) {
      await createKeyTable(db, LEDGER_KEYS.table);
    },
  },
  '0009-holds-extended': {
    async up(db: Kysely<unknown>) {
      await sql`alter table hold add column extended_at bigint`.execute(db);
    },
  },
  '0010-names-of-the-first-release': {
    async up(db: Kysely<unknown>) {
      await sql`update outbox set status = 'NEEDS_ATTENTION' where status = 'NEEDS_A_PERSON'`.execute(db);
      await sql`update hold set offer_json = replace(offer_json, '"elsewhereBecause":', '"elsewhereReason":')`.execute(
        db,
      );
    },
  },
  '0011-moves-seats-and-fair-holds': {
    async up(db: Kysely<unknown>) {
      await widenForMoves(db);
      await guardSeats(db);
      await shareFairly(db);
    },
  },
  '0012-slot-kinds-seen': {
    async up(db: Kysely<unknown>) {
      await sql`create table practice_slot_kind (
        practice text not null,
        route text not null,
        mode text not null,
        slot_type text not null,
        seen_on text not null,
        primary key (practice, route, mode, slot_type)
      )`.execute(db);
    },
  },
  '0015-facts': {
    async up(db: Kysely<unknown>) {
      await createFacts(db);
    },
  },
  '0016-cubes': appointmentCubes,
};

async function widenForMoves(db: Kysely<unknown>): Promise<void> {
  for (const column of ['seat integer not null default 0', 'moved_json text', 'contact_sealed text'])
    await sql`alter table booking add column ${sql.raw(column)}`.execute(db);
  for (const column of ['assessment_digest', 'practice', 'starts_on', 'relation'])
    await sql`alter table hold add column ${sql.raw(column)} text`.execute(db);
  // What is told is told in the same words at every attempt, wherever the booking is moved meanwhile.
  for (const table of ['outbox', 'practice_notice'])
    await sql`alter table ${sql.table(table)} add column slot_json text`.execute(db);
  // A booking may be moved many times.
  await sql`drop index practice_notice_once`.execute(db);
  await sql`create unique index practice_notice_once on practice_notice (booking_id, kind)
    where kind <> 'MOVED_ELSEWHERE'`.execute(db);
}

/** A test holds them against the state machine. */
const LIVE_IN_0011 =
  "('BOOKING','UNKNOWN','CONFIRMED','MOVED','MISSING','MANUAL','CANCELLING','CANCEL_UNKNOWN','CANCEL_MANUAL')";
const COMPARED_IN_0011 = "('CONFIRMED','MOVED','MISSING','FAILED','CANCELLED')";

/** The guards over the states that there are now, and one booking for each place of a slot. */
async function guardSeats(db: Kysely<unknown>): Promise<void> {
  const live = sql.raw(LIVE_IN_0011);
  await sql`drop index booking_live_slot`.execute(db);
  await sql`create unique index booking_live_slot on booking (supplier, practice, slot_id, seat)
    where state in ${live}`.execute(db);
  await sql`drop index booking_live_need`.execute(db);
  await sql`create unique index booking_live_need on booking (patient_digest, assessment_digest, stand_in)
    where state in ${live}`.execute(db);
  await sql`drop index booking_swept`.execute(db);
  await sql`create index booking_swept on booking (supplier, next_check_at)
    where state in ${sql.raw(COMPARED_IN_0011)} and next_check_at is not null`.execute(db);
}

/** Bookings are listed for the person who is to be seen; one time is held for one need, and counts for the quota. */
async function shareFairly(db: Kysely<unknown>): Promise<void> {
  await sql`drop index booking_by_caller`.execute(db);
  await sql`create index booking_by_patient on booking (patient_digest, starts_at, id)`.execute(db);
  await sql`create index booking_by_assessment on booking (assessment_digest)`.execute(db);
  await sql`create unique index hold_of_need on hold (assessment_digest) where released_at is null`.execute(
    db,
  );
  await sql`create index hold_by_caller on hold (caller_id, created_at)`.execute(db);
  await sql`create index hold_by_day on hold (practice, starts_on) where released_at is null`.execute(db);
}

/** Over the states that are looked after by now. */
async function lookAfterDuplicates(db: Kysely<unknown>): Promise<void> {
  await sql`drop index booking_unsettled`.execute(db);
  await sql`create index booking_unsettled on booking (next_check_at)
    where state in ('BOOKING','UNKNOWN','CANCELLING','CANCEL_UNKNOWN','ORPHAN_FOUND','DUPLICATE_FOUND')`.execute(
    db,
  );
  await sql`drop index booking_swept`.execute(db);
  await sql`create index booking_swept on booking (supplier, next_check_at)
    where state in ('CONFIRMED','FAILED','CANCELLED') and next_check_at is not null`.execute(db);
}

/** Adds notices for own practices, and the reasons for which people were not seen there. */
async function createNotices(db: Kysely<unknown>): Promise<void> {
  await sql`alter table booking add column elsewhere_because text`.execute(db);
  await sql`create index booking_by_reason on booking (created_at)
    where elsewhere_because is not null`.execute(db);
  await sql`create table practice_notice_sequence (
    practice text primary key,
    last integer not null
  )`.execute(db);
  await sql`create table practice_notice (
    practice text not null,
    sequence integer not null,
    booking_id text not null references booking (id),
    kind text not null,
    at bigint not null,
    attempts integer not null,
    first_tried_at bigint,
    next_try_at bigint not null,
    delivered_at bigint,
    given_up_at bigint,
    primary key (practice, sequence)
  )`.execute(db);
  await sql`create unique index practice_notice_once on practice_notice (booking_id, kind)`.execute(db);
  await sql`create index practice_notice_waiting on practice_notice (next_try_at)
    where delivered_at is null and given_up_at is null`.execute(db);
}

/** The row of practice_release is what bookings of a practice wait for each other on, so practice_day has no use any more. */
async function createRelease(db: Kysely<unknown>): Promise<void> {
  await sql`create table practice_release (
    practice text primary key,
    policy_json text,
    updated_at bigint
  )`.execute(db);
  await sql`create table practice_release_event (
    practice text not null,
    sequence integer not null,
    at bigint not null,
    action text not null,
    outcome text not null,
    actor_kind text not null,
    actor_id text,
    actor_role text,
    actor_practice text,
    request_id text not null,
    reason text,
    before_json text,
    after_json text,
    hash text not null,
    primary key (practice, sequence)
  )`.execute(db);
  await sql`drop table practice_day`.execute(db);
}

/** Adds indexes, so that rows that alarms count, or that are old enough to go, are found without reading whole tables. */
async function createIndexesOfAge(db: Kysely<unknown>): Promise<void> {
  await sql`create index booking_by_state on booking (state, changed_at)`.execute(db);
  await sql`create index booking_evidence_by_age on booking_evidence (at)`.execute(db);
  await sql`create index hold_by_end on hold (expires_at, id)`.execute(db);
  await sql`create index idempotency_by_age on idempotency (created_at)`.execute(db);
  await sql`create index outbox_told on outbox (delivered_at) where delivered_at is not null`.execute(db);
  await sql`create index outbox_given_up on outbox (given_up_at) where given_up_at is not null`.execute(db);
}

/** A test holds it against the state machine. */
const LIVE_IN_0002 =
  "('BOOKING','UNKNOWN','CONFIRMED','MANUAL','CANCELLING','CANCEL_UNKNOWN','CANCEL_MANUAL')";
const UNSETTLED_IN_0002 = "('BOOKING','UNKNOWN','CANCELLING','CANCEL_UNKNOWN','ORPHAN_FOUND')";

async function widenBooking(db: Kysely<unknown>): Promise<void> {
  for (const column of [
    'replaces_id text references booking (id)',
    'replaced_by text references booking (id)',
    'stand_in integer not null default 0',
    'changed_at bigint not null default 0',
  ])
    await sql`alter table booking add column ${sql.raw(column)}`.execute(db);
  await sql`alter table booking_event add column hash text`.execute(db);
}

/** The guards over the states that there are now. One transaction, so that there is no moment without them. */
async function guardAgain(db: Kysely<unknown>): Promise<void> {
  const live = sql.raw(LIVE_IN_0002);
  await sql`drop index booking_live_slot`.execute(db);
  await sql`create unique index booking_live_slot on booking (supplier, practice, slot_id)
    where state in ${live}`.execute(db);
  await sql`drop index booking_live_need`.execute(db);
  // One booking for a person and a need; beside it, once, the one that is to take its place: stand_in is 1 only while
  // the booking of the same need that it replaces is live.
  await sql`create unique index booking_live_need on booking (patient_digest, assessment_digest, stand_in)
    where state in ${live}`.execute(db);
  await sql`drop index booking_due`.execute(db);
  await sql`create index booking_unsettled on booking (next_check_at)
    where state in ${sql.raw(UNSETTLED_IN_0002)}`.execute(db);
  await sql`create index booking_swept on booking (supplier, next_check_at)
    where state in ('CONFIRMED','FAILED') and next_check_at is not null`.execute(db);
  await sql`create index booking_of_hold on booking (hold_id)`.execute(db);
  await sql`create index hold_standing on hold (expires_at) where released_at is null`.execute(db);
  await sql`create index booking_replacing on booking (replaces_id) where replaces_id is not null`.execute(
    db,
  );
}

async function createEvidenceAndOutbox(db: Kysely<unknown>): Promise<void> {
  await sql`create table booking_evidence (
    booking_id text not null references booking (id),
    at bigint not null,
    asked text not null,
    answer text not null
  )`.execute(db);
  await sql`create index booking_evidence_of on booking_evidence (booking_id, at)`.execute(db);
  await sql`create table outbox (
    booking_id text not null references booking (id),
    version integer not null,
    status text not null,
    at bigint not null,
    attempts integer not null,
    next_try_at bigint not null,
    delivered_at bigint,
    given_up_at bigint,
    primary key (booking_id, version)
  )`.execute(db);
  await sql`create index outbox_waiting on outbox (next_try_at)
    where delivered_at is null and given_up_at is null`.execute(db);
}

async function createHold(db: Kysely<unknown>): Promise<void> {
  await sql`create table hold (
    id text primary key,
    caller_id text not null,
    patient_digest text not null,
    patient_sealed text not null,
    offer_json text not null,
    created_at bigint not null,
    expires_at bigint not null,
    released_at bigint
  )`.execute(db);
}

async function createBooking(db: Kysely<unknown>): Promise<void> {
  await sql`create table booking (
    id text primary key,
    reference text not null unique,
    hold_id text not null references hold (id),
    caller_id text not null,
    state text not null,
    version integer not null,
    failure text,
    supplier text not null,
    practice text not null,
    slot_id text not null,
    patient_digest text not null,
    assessment_digest text not null,
    relation text not null,
    starts_at bigint not null,
    starts_on text not null,
    marker text not null,
    appointment_id text,
    appointment_version text,
    next_check_at bigint,
    unknown_since bigint,
    absent_reads integer not null,
    failed_reads integer not null,
    created_at bigint not null
  )`.execute(db);
  await sql`create table booking_event (
    booking_id text not null references booking (id),
    version integer not null,
    at bigint not null,
    event text not null,
    state text not null,
    actor text not null,
    primary key (booking_id, version)
  )`.execute(db);
  // THE guard against double booking: holds are a courtesy, this is the law.
  await sql`create unique index booking_live_slot on booking (supplier, practice, slot_id)
    where state in ${sql.raw(LIVE_IN_0001)}`.execute(db);
  await sql`create unique index booking_live_need on booking (patient_digest, assessment_digest)
    where state in ${sql.raw(LIVE_IN_0001)}`.execute(db);
  await sql`create unique index booking_in_doubt on booking (patient_digest)
    where state in ('BOOKING','UNKNOWN')`.execute(db);
  await sql`create index booking_by_caller on booking (caller_id, starts_at, id)`.execute(db);
  await sql`create index booking_by_day on booking (practice, starts_on)`.execute(db);
  await sql`create index booking_due on booking (next_check_at) where next_check_at is not null`.execute(db);
}

/** One row for a practice and London day, locked while a booking is counted against the quota. */
async function createPracticeDay(db: Kysely<unknown>): Promise<void> {
  await sql`create table practice_day (
    practice text not null,
    day text not null,
    primary key (practice, day)
  )`.execute(db);
}

async function createIdempotency(db: Kysely<unknown>): Promise<void> {
  await sql`create table idempotency (
    caller_id text not null,
    operation text not null,
    key text not null,
    fingerprint text not null,
    result_id text not null,
    created_at bigint not null,
    primary key (caller_id, operation, key)
  )`.execute(db);
}
