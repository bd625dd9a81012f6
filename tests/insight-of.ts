import type { Kysely } from 'kysely';
import { appointmentCubes } from '../subgraphs/appointments/insight/appointment-cubes';
import { statistics } from '../subgraphs/appointments/insight/statistics';
import type { LedgerTables } from '../subgraphs/appointments/database/tables';
import { complaintTitles, dispositionCatalogue } from '../subgraphs/triage';
import type { CubeReader } from '../domain/insight/cubes';

/** Triage's cubes where there is no triage. */
export const NO_CHECKS: CubeReader = {
  read: () => Promise.resolve(new Map()),
  state: () => Promise.resolve(null),
  rollUp: () => Promise.resolve(0),
};

/** The insight parts of an appointments subgraph that stands alone. */
export function insightOf(db: Kysely<LedgerTables>, now: () => Date) {
  const areas = { all: () => Promise.resolve(new Map()) };
  const words = { dispositions: dispositionCatalogue(), complaints: complaintTitles() };
  const cubes = appointmentCubes({ db, areas, now });
  const readers = { triage: NO_CHECKS, appointments: cubes };
  return {
    cubes,
    ...words,
    statistics: statistics({ ...words, db, readers, areas, now, rollsUpOnDemand: false }),
  };
}
