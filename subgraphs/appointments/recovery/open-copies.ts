import type { Logger } from 'pino';
import type { BookingCopies } from './booking-copies';
import { fileCopies } from './file-copies';
import { redisCopies } from './redis-copies';

/** The place of bookings' copies: Redis, for all processes, where there is one. */
export interface CopiesPlace {
  redisUrl: string | undefined;
  /** Without Redis: another file than the ledger's. */
  copiesFile: string;
}

export async function openCopies(
  { redisUrl, copiesFile }: CopiesPlace,
  now: () => Date,
  logger: Logger,
): Promise<BookingCopies> {
  return redisUrl === undefined ? fileCopies(copiesFile, now) : redisCopies(redisUrl, now, logger);
}

/**
 * Drops everybody's copies: for those under keys that somebody else may know. What a restore has lost has to be found before.
 * @throws Error while the store does not answer
 */
export async function dropAllCopies(place: CopiesPlace, logger: Logger): Promise<void> {
  const copies = await openCopies(place, () => new Date(), logger);
  try {
    await copies.dropAll();
  } finally {
    await copies.close();
  }
}
