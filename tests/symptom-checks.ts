import type { SymptomCheck, SymptomChecks } from '../domain/symptom-checks';

/** Symptom checks that tests invent, by digest: each is what its offer rests on until a test changes it. */
const invented = new Map<string, SymptomCheck>();

export const inventedChecks: SymptomChecks = {
  find: (digest) => Promise.resolve(invented.get(digest) ?? null),
};

/** Far enough for every test's clock. */
const NEVER = new Date('2099-01-01T00:00:00Z');

export function inventCheck(digest: string, check: Omit<SymptomCheck, 'expiresAt' | 'pathwayId'>): void {
  invented.set(digest, { pathwayId: `pathway of ${digest}`, expiresAt: NEVER, ...check });
}

/** Changes a check after something was offered for it; null: it is not kept any more. */
export function changeCheck(digest: string, change: Partial<SymptomCheck> | null): void {
  const before = invented.get(digest);
  if (before === undefined) throw new Error('There is no such invented check.');
  if (change === null) invented.delete(digest);
  else invented.set(digest, { ...before, ...change });
}
