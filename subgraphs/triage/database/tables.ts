import type { CountedSourceTable } from '../../../platform/insight/counted-source';

/** Columns with JSON are parsed where they are read. Times are epoch milliseconds, flags 0 or 1. */

export interface TriageTables {
  triage_assessment: {
    id: string;
    /** Digest of the id, by which whoever books asks for it. */
    digest: string;
    revision: number;
    pathway_id: string;
    content_version: string;
    content_hash: string;
    subject: string;
    place: string | null;
    declared_practice: string | null;
    answers: string;
    dropped_answers: string;
    amended_answers: string;
    earlier_emergency: string | null;
    /** Digests of the caller or the device with the date of birth, by which a repeated start is recognised. */
    repeat_caller: string | null;
    repeat_device: string | null;
    /** The newest emergency outcome; kept when it is taken back. */
    emergency_at: number | null;
    emergency_disposition: string | null;
    started_at: number;
    expires_at: number;
    idempotency_scope: string;
    idempotency_key: string;
    input_digest: string;
    locale: string;
    /** Calendar day in London, for statistics. */
    started_day: string;
    age_band: string;
    /** Both null until there is an outcome, and again when a changed answer takes it back. */
    completed_at: number | null;
    disposition_id: string | null;
    /** Its row in `triage_check_fact`, which knows nothing of this one; null where it does not count. */
    fact: number | null;
  };
  /** One row for each check, for statistics: bands and codes, nothing by which a person or a check could be found. */
  triage_check_fact: {
    /** Random. */
    id: number;
    /** The London day and hour of the start; the hour is null of checks from before it was kept. */
    day: string;
    hour: number | null;
    cell_key: number;
    pathway: string;
    age_band: string;
    sex: string | null;
    /** ODS code of the practice where the person is registered. */
    practice: string | null;
    outcode: string | null;
    deprivation: string;
    result: 'STARTED' | 'COMPLETED' | 'REFUSED';
    disposition: string | null;
  };
  /** Number of facts that a source has added in a day (platform/insight/counted-source.ts). */
  triage_counted_source: CountedSourceTable;
  /** Every edition of a pathway that an assessment may be pinned to: the files that it was made from. */
  triage_content: {
    hash: string;
    pathway_id: string;
    version: string;
    files: string;
    kept_at: number;
  };
  /** Kill switches that an operator has set; `scope` is a pathway or `EVERYTHING`. */
  triage_switch: {
    scope: string;
    off: number;
    reason: string;
    changed_by: string;
    changed_at: number;
  };
}
