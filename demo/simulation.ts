import { join } from 'node:path';
import type { Logger } from 'pino';
import type { SupplierId } from '../adapters/registry';
import type { MovableClock } from '../adapters/simulator/control';
import { startSimulators, type RunningSimulators } from '../adapters/simulator/start-simulators';
import type { Person } from '../domain/caller';
import { CASE_STUDY_PRACTICE, demoPeople } from './people';

export { simulationClock } from './clock';

/** The simulation that replaces real suppliers when none is configured; start.ts loads it only then. */
export { defaultPolicyOf, simulatedWorld } from './simulated-world';

/** Starts the simulated suppliers, with the demo people registered at their practice. */
export async function startSimulatedSuppliers(options: {
  dataDir: string;
  ports: Record<SupplierId | 'control', number>;
  now: () => Date;
  logger: Logger;
  /** Absent where the product runs in other processes. */
  clock?: MovableClock | undefined;
}): Promise<RunningSimulators> {
  const { dataDir, now, ...rest } = options;
  const journal = join(dataDir, 'simulated-suppliers.jsonl');
  const simulators = await startSimulators({ ...rest, now, journal });
  for (const person of Object.values<Person>(demoPeople(CASE_STUDY_PRACTICE, now())))
    if (person.registeredPractice !== undefined)
      simulators.diary.registerPatient(CASE_STUDY_PRACTICE, person);
  return simulators;
}
