import type { z } from 'zod';
import { Manifest } from './gp-system';

/** Checks what no single field shows: promises that another field takes away. */
const Consistent = Manifest.superRefine((manifest, context) => {
  const { auth, sessionTtlMs, limits, capabilities, maintenance = [], settings = [] } = manifest;
  const demand = (isKept: boolean, path: string[], message: string) => {
    if (!isKept) context.addIssue({ code: 'custom', path, message });
  };
  demand(
    sessionTtlMs !== undefined || (auth !== 'session' && auth !== 'oauth'),
    ['sessionTtlMs'],
    `is missing: with auth "${auth}" something is kept and renewed`,
  );
  demand(
    limits.settleMs >= limits.timeoutMs.book && limits.settleMs >= limits.timeoutMs.cancel,
    ['limits', 'settleMs'],
    'must not be shorter than the time given to a booking or a cancellation',
  );
  demand(
    capabilities.cancel || !capabilities.cancelVersioned,
    ['capabilities', 'cancelVersioned'],
    'needs cancel',
  );
  demand(
    capabilities.cancel || capabilities.cancelCutOffMinutes === 0,
    ['capabilities', 'cancelCutOffMinutes'],
    'needs cancel',
  );
  demand(
    capabilities.readBack !== 'none' ||
      (capabilities.marker === null && !capabilities.readBackOfPast && !capabilities.readBackOfCancelled),
    ['capabilities', 'readBack'],
    'is none, so that no marker, nothing past and nothing cancelled can be read back',
  );
  demand(
    new Set(capabilities.modes).size === capabilities.modes.length,
    ['capabilities', 'modes'],
    'names a mode twice',
  );
  const names = settings.map(({ name }) => name);
  demand(new Set(names).size === names.length, ['settings'], 'names a setting twice');
  demand(!names.includes('URL'), ['settings'], 'cannot have URL: that is the address');
  demand(
    maintenance.every(({ from, until }) => from < until),
    ['maintenance'],
    'must end after it begins, on the same day: two windows for one across midnight',
  );
});

/**
 * Checks a supplier's manifest as it is loaded.
 * @throws Error naming the supplier, the field and what is wrong with it.
 */
export function manifestOf<const Id extends string>(declared: Manifest & { id: Id }): Manifest & { id: Id } {
  const parsed = Consistent.safeParse(declared);
  if (!parsed.success)
    throw new Error(`The manifest of "${declared.id}" cannot be used: ${problemsIn(parsed.error)}.`);
  return { ...parsed.data, id: declared.id };
}

function problemsIn({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ');
}
