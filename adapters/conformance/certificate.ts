import { z } from 'zod';
import { Manifest } from '../gp-system';
import { LEVELS } from './requirement';

/** `NOT_APPLICABLE` follows from the manifest, `BYPASSED` was tried, failed, and has a reason in the manifest. */
export const OUTCOMES = ['PASSED', 'FAILED', 'NOT_APPLICABLE', 'BYPASSED'] as const;

export const Result = z.object({
  level: z.enum(LEVELS),
  id: z.string(),
  title: z.string(),
  outcome: z.enum(OUTCOMES),
  /** Null only where the requirement has passed. */
  reason: z.string().nullable(),
  ms: z.number().int().nonnegative(),
});
export type Result = z.infer<typeof Result>;

/** The result of the suite, the same for the same sources and seed, but for the times. */
export const Certificate = z.object({
  supplier: z.string(),
  name: z.string(),
  adapterVersion: z.string(),
  /** The highest level all of whose requirements, and those of the levels below, are kept; null for none. */
  level: z.enum(LEVELS).nullable(),
  seed: z.number().int(),
  node: z.string(),
  /** SHA-256 of the adapter's folder, its simulator included, and of the kit and the suite. */
  sources: z.object({ adapter: z.string(), kit: z.string() }),
  at: z.iso.datetime(),
  manifest: Manifest,
  results: z.array(Result),
});
export type Certificate = z.infer<typeof Certificate>;

export function certificateOf(
  manifest: Manifest,
  results: readonly Result[],
  run: Pick<Certificate, 'seed' | 'node' | 'sources' | 'at'>,
): Certificate {
  const { id: supplier, name, version: adapterVersion } = manifest;
  return { supplier, name, adapterVersion, level: levelOf(results), ...run, manifest, results: [...results] };
}

export function levelOf(results: readonly Result[]): Certificate['level'] {
  const firstFailing = LEVELS.findIndex((level) => {
    const ofLevel = results.filter((result) => result.level === level);
    return ofLevel.length === 0 || ofLevel.some(({ outcome }) => outcome === 'FAILED');
  });
  const reached = firstFailing < 0 ? LEVELS.length : firstFailing;
  return LEVELS[reached - 1] ?? null;
}

/** Counts each outcome of each level; the command line prints this as its matrix. */
export function tally(
  results: readonly Result[],
): Record<(typeof LEVELS)[number], Record<Result['outcome'], number>> {
  const count = (level: Result['level'], outcome: Result['outcome']) =>
    results.filter((result) => result.level === level && result.outcome === outcome).length;
  const ofLevel = (level: Result['level']) => ({
    PASSED: count(level, 'PASSED'),
    FAILED: count(level, 'FAILED'),
    NOT_APPLICABLE: count(level, 'NOT_APPLICABLE'),
    BYPASSED: count(level, 'BYPASSED'),
  });
  return { L0: ofLevel('L0'), L1: ofLevel('L1'), L2: ofLevel('L2'), L3: ofLevel('L3'), L4: ofLevel('L4') };
}
