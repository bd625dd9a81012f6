import { join } from 'node:path';
import pino from 'pino';
import { readConfig } from '../../config';
import { ERRORS_IN_LOGS } from '../../domain/loggable-error';
import { openBookings } from '../../start';
import {
  findBookings,
  positionIn,
  type Findings,
} from '../../subgraphs/appointments/booking/find-lost-bookings';

const MOST = 5_000;
/** Ten readings a second at most, beside those of the service. */
const PAUSE_MS = 100;

/**
 * Finds bookings again after a restore, with the settings of an appointments process: its database, Redis and suppliers.
 * @throws Error with a sentence where an option cannot be used
 */
export async function findLostBookings(options: {
  most?: string | undefined;
  after?: string | undefined;
}): Promise<Findings> {
  const most = options.most === undefined ? MOST : Number(options.most);
  if (!Number.isInteger(most) || most < 0 || most > 1_000_000)
    throw new Error('--most cannot be used: give the number of bookings to compare with practices’ books.');
  const after = options.after === undefined ? null : positionIn(options.after);
  if (options.after !== undefined && after === null)
    throw new Error('--after cannot be used: give the position that the run before has printed.');
  const config = readConfig(process.env);
  const logger = pino({ level: config.logLevel, ...ERRORS_IN_LOGS }, pino.destination(2));
  const explorerFolder = join(__dirname, '..', '..', 'gateway', 'explorer', 'public');
  const { bookings, close } = await openBookings({
    config,
    logger,
    now: () => new Date(),
    explorerFolder,
  });
  try {
    return await findBookings(bookings, { most, pauseMs: PAUSE_MS, after });
  } finally {
    await close();
  }
}
