import { join } from 'node:path';
import type { Logger } from 'pino';
import type { SupplierId } from '../adapters/registry';
import { startSimulators, type RunningSimulators } from '../adapters/start-simulators';
import { CASE_STUDY_PRACTICE, demoFamily } from './people';

/** What stands in for the world where no real supplier is configured; start.ts loads it only then. */
export { defaultPolicyOf, simulatedWorld } from './simulated-world';

/** Starts the simulated suppliers, with the demo family registered at their practice. */
export async function startSimulatedSuppliers(options: {
  dataDir: string;
  ports: Record<SupplierId | 'control', number>;
  now: () => Date;
  logger: Logger;
}): Promise<RunningSimulators> {
  const { dataDir, now, ...rest } = options;
  const journal = join(dataDir, 'simulated-suppliers.jsonl');
  const simulators = await startSimulators({ ...rest, now, journal });
  const { mother, son } = demoFamily(CASE_STUDY_PRACTICE, 0, now());
  for (const person of [mother, son]) simulators.diary.registerPatient(CASE_STUDY_PRACTICE, person);
  return simulators;
}
