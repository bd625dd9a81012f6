import { bundleService } from './bundle-service';
import { check } from './checker';
import type { Violation } from './history';
import type { Lane } from './lane';
import type { Mutant } from './mutants';
import { runProbe } from './probes';

export interface MutantResult {
  mutant: string;
  /** What the checker found; nothing means that the mutant survived. */
  caughtBy: Violation[];
}

/** A mistake that shows, shows soon. */
const SETTLED_WITHIN_MS = 5_000;

export async function runMutant(mutant: Mutant, number: number, lane: Lane): Promise<MutantResult> {
  const bundle = await bundleService(`mutant-${number}`, mutant.patches);
  const serial = 70_000 + number * 100;
  const history = await runProbe(mutant.probe, serial, lane, bundle, SETTLED_WITHIN_MS);
  return { mutant: mutant.name, caughtBy: check(history) };
}
