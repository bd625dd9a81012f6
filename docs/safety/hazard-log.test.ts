import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** Checks the hazard log: risks by the matrix of README.md, and the existence of every control's test. */

const ROOT = resolve(__dirname, '..', '..');
const SEVERITIES = ['Minor', 'Significant', 'Considerable', 'Major', 'Catastrophic'] as const;
const LIKELIHOODS = ['Very high', 'High', 'Medium', 'Low', 'Very low'] as const;

const Rating = z.strictObject({
  severity: z.enum(SEVERITIES),
  likelihood: z.enum(LIKELIHOODS),
  risk: z.int().min(1).max(5),
});
const Control = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('Test'),
    control: z.string(),
    test: z.strictObject({ file: z.string(), name: z.string() }),
  }),
  z.strictObject({ type: z.enum(['Design', 'Process', 'Training']), control: z.string() }),
]);
const Log = z.strictObject({
  release: z.string(),
  owner: z.string(),
  hazards: z.array(
    z.strictObject({
      id: z.string().regex(/^H\d\d-[a-z0-9-]+$/),
      hazard: z.string(),
      description: z.string(),
      effect: z.string(),
      cause: z.string(),
      initial: Rating,
      controls: z.array(Control).min(1),
      status: z.string(),
      residual: Rating,
    }),
  ),
});
const { hazards } = Log.parse(parse(read('docs/safety/hazard-log.yaml')));
const matrix = matrixOf(read('docs/safety/README.md'));

it('names every hazard once', () => {
  const ids = hazards.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThan(15);
});

describe.each(hazards)('$id', ({ initial, residual, controls }) => {
  it('has the risks that the matrix gives, and none that is higher after its controls', () => {
    for (const rating of [initial, residual]) expect(rating.risk).toBe(matrix(rating));
    expect(residual.risk).toBeLessThanOrEqual(initial.risk);
    expect(residual.risk).toBeLessThan(4);
  });

  it('has a control that is tested, by a test that is there', () => {
    const tests = controls.flatMap((control) => (control.type === 'Test' ? [control.test] : []));
    expect(tests.length).toBeGreaterThan(0);
    for (const { file, name } of tests) {
      expect(file).toMatch(/\.test\.ts$/);
      expect(read(file).replaceAll(/\s+/g, ' ')).toContain(name);
    }
  });
});

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** The table of the page itself, so that page and log cannot differ. */
function matrixOf(page: string): (rating: z.infer<typeof Rating>) => number {
  return ({ severity, likelihood }) => {
    const row = page.split('\n').find((line) => line.startsWith(`| ${likelihood} `));
    const cells = row!.split('|').slice(2, -1);
    expect(cells).toHaveLength(SEVERITIES.length);
    return Number(cells[SEVERITIES.indexOf(severity)]);
  };
}
