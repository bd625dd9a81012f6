/**
 * The cause of a failure of the database: `BUSY` other writers, or too many readers, for longer than anybody waits; `FULL`
 * no room on its disk; `NOT_ANSWERING` not reached, cut off, or a disk that fails.
 */
export type DatabaseFault = 'BUSY' | 'FULL' | 'NOT_ANSWERING';

const SENTENCES: Record<DatabaseFault, string> = {
  BUSY: 'The database was busy for too long.',
  FULL: 'The database has no room left.',
  NOT_ANSWERING: 'The database did not answer.',
};

/**
 * Nothing was answered, and, as far as is known, nothing was changed. When the answer to a commit was lost the change may
 * stand all the same: whoever sends the same request again under the same idempotency key finds out.
 */
export class DatabaseUnavailable extends Error {
  /** The API's error code (graphql takes it over from the error). */
  readonly extensions = { code: 'SERVICE_UNAVAILABLE' };

  constructor(
    readonly fault: DatabaseFault,
    cause: unknown,
  ) {
    super(`${SENTENCES[fault]} Send the same request again with the same idempotency key.`, { cause });
    this.name = 'DatabaseUnavailable';
  }
}
