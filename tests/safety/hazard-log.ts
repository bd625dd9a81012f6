import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** The hazard log as data: hazards, their controls, and for each control of type Test the place that the test would miss. */

export const SEVERITIES = ['Minor', 'Significant', 'Considerable', 'Major', 'Catastrophic'] as const;
const LIKELIHOODS = ['Very high', 'High', 'Medium', 'Low', 'Very low'] as const;

const Rating = z.strictObject({
  severity: z.enum(SEVERITIES),
  likelihood: z.enum(LIKELIHOODS),
  risk: z.int().min(1).max(5),
});
export type Rating = z.infer<typeof Rating>;

/** Removes the control from one source: the test has to fail then. */
const Removal = z.strictObject({ file: z.string(), find: z.string().min(1), replace: z.string() });
export type Removal = z.infer<typeof Removal>;

const TestedControl = z
  .strictObject({
    type: z.literal('Test'),
    control: z.string(),
    test: z.strictObject({ file: z.string(), name: z.string() }),
    removed: Removal.optional(),
    /** Reason for which nothing has been removed yet: the control is claimed, not proven. */
    unproven: z.string().optional(),
  })
  .refine(({ removed, unproven }) => (removed === undefined) !== (unproven === undefined), {
    message: 'A control of type Test names the place that is removed, or why none is.',
  });
export type TestedControl = z.infer<typeof TestedControl>;

const Control = z.union([
  TestedControl,
  z.strictObject({ type: z.enum(['Design', 'Process', 'Training']), control: z.string() }),
]);
const Hazard = z.strictObject({
  id: z.string().regex(/^H\d\d-[a-z0-9-]+$/),
  hazard: z.string(),
  description: z.string(),
  effect: z.string(),
  cause: z.string(),
  initial: Rating,
  controls: z.array(Control).min(1),
  status: z.string(),
  residual: Rating,
});
export type Hazard = z.infer<typeof Hazard>;
const Log = z.strictObject({ release: z.string(), owner: z.string(), hazards: z.array(Hazard) });

export function readHazards(root: string): Hazard[] {
  const text = readFileSync(join(root, 'docs', 'safety', 'hazard-log.yaml'), 'utf8');
  return Log.parse(parse(text)).hazards;
}

export function testedControls({ controls }: Hazard): TestedControl[] {
  return controls.flatMap((control) => (control.type === 'Test' ? [control] : []));
}

/** A pattern for `jest -t`: the name as it is written, with whatever a table of cases puts into it. */
export function namePattern(name: string): string {
  return name
    .split(/%[sdji#]|\$\w+/)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('.*');
}
