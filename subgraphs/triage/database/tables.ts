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
  };
  /** Counts of deleted assessments of each kind, for statistics: nothing of any of them is kept. */
  triage_count: {
    started_day: string;
    pathway_id: string;
    /** `''` for none: part of the key. */
    disposition_id: string;
    age_band: string;
    started: number;
    completed: number;
    abandoned: number;
  };
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
