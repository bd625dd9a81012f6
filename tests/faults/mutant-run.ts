import { bundleService } from './bundle-service';
import { check } from './checker';
import type { Violation } from './history';
import type { FaultLane } from './lane';
import type { Mutant } from './mutants';
import { runProbe } from './probes';

export interface MutantResult {
  mutant: string;
  /** Violations that the checker found; none means that the mutant survived. */
  caughtBy: Violation[];
}

/** Most attempts: two people come through at the same moment only when the machine schedules them so. */
const TRIES = 3;
/** A mistake that shows, shows soon. */
const SETTLED_WITHIN_MS = 5_000;

export async function runMutant(mutant: Mutant, number: number, lane: FaultLane): Promise<MutantResult> {
  const bundle = await bundleService(`mutant-${number}`, mutant.patches);
  let caughtBy: Violation[] = [];
  for (let tries = 0; tries < TRIES && caughtBy.length === 0; tries++) {
    const serial = 70_000 + number * 300 + tries * 100;
    caughtBy = check(await runProbe(mutant.probe, serial, lane, bundle, SETTLED_WITHIN_MS));
  }
  return { mutant: mutant.name, caughtBy };
}
