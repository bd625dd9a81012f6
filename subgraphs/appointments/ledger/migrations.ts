import { sql, type Kysely, type Migration } from 'kysely';

/** As of this migration; a test holds it against the state machine. */
const LIVE = "('BOOKING','UNKNOWN','CONFIRMED','MANUAL','CANCELLING','CANCEL_UNKNOWN')";

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
};

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
    where state in ${sql.raw(LIVE)}`.execute(db);
  await sql`create unique index booking_live_need on booking (patient_digest, assessment_digest)
    where state in ${sql.raw(LIVE)}`.execute(db);
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
