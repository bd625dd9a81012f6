import { sql, type RawBuilder } from 'kysely';
import type { MovableClock } from '../adapters/simulator/control';
import type { Timers } from '../domain/timers';

/** Sixty days: past every time limit that a front end meets, and no further than practices' books are simulated well. */
const MAX_MOVED_MINUTES = 60 * 24 * 60;
const MINUTE_MS = 60_000;

/** One time for product and simulated suppliers in one process: the machine's, and ahead of it by what it was moved. */
export interface SimulationClock extends MovableClock {
  timers: Timers;
  /** A database's own clock inside a statement, moved as well. */
  databaseClock(machine: RawBuilder<number>): RawBuilder<number>;
}

/**
 * Clock that makes states reachable which take hours. Timers that have started run on unchanged; reading the time
 * returns the moved one.
 */
export function simulationClock(machineNow: () => Date, machine: Timers): SimulationClock {
  let movedMinutes = 0;
  const aheadMs = () => movedMinutes * MINUTE_MS;
  return {
    now: () => new Date(machineNow().getTime() + aheadMs()),
    movedMinutes: () => movedMinutes,
    leftMinutes: () => MAX_MOVED_MINUTES - movedMinutes,
    move(minutes) {
      movedMinutes += minutes;
    },
    timers: {
      elapsedMs: () => machine.elapsedMs() + aheadMs(),
      after: (ms, callback) => machine.after(ms, callback),
    },
    databaseClock: (machineClock) =>
      // Kysely asks for the node whenever it builds a statement.
      Object.assign(sql<number>`0`, {
        toOperationNode: () => sql`(${machineClock} + ${sql.lit(aheadMs())})`.toOperationNode(),
      }),
  };
}
