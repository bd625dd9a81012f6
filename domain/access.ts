import { z } from 'zod';
import type { Caller } from './caller';

/** Kinds of callers as the schema names them; callers who are not signed in have none. */
const CALLER_KINDS = {
  PATIENT: 'patient',
  PRACTICE_STAFF: 'practice-staff',
  ANALYST: 'analyst',
  OPERATOR: 'operator',
} as const satisfies Record<string, Caller['kind']>;
export type CallerKind = keyof typeof CALLER_KINDS;
export const CallerKind = z.enum(Object.keys(CALLER_KINDS) as [CallerKind, ...CallerKind[]]);

const NAMES: Record<CallerKind, string> = {
  PATIENT: 'people who have signed in',
  PRACTICE_STAFF: 'staff of practices',
  ANALYST: 'analysts',
  OPERATOR: 'operators',
};

/** Rule for access to a field: the arguments of `@access` in the schema (docs/decisions/0016). */
export const Access = z.object({
  to: z.array(CallerKind).min(1),
  /** Limits access to the caller's own data, which the resolver checks with the object. */
  own: z.boolean().default(false),
});
export type Access = z.infer<typeof Access>;

export function mayAsk({ to }: Access, caller: Caller): boolean {
  return to.some((kind) => CALLER_KINDS[kind] === caller.kind);
}

/** Reason for refusing a field: each has a next step of its own, and is a ProblemCode too. */
export type AccessRefusal = 'SIGN_IN_REQUIRED' | 'ROLE_NOT_ALLOWED' | 'NOT_YOUR_PRACTICE';

/** @param caller one for whom `mayAsk` does not hold. */
export function whyNotAsk({ kind }: Caller): AccessRefusal {
  return kind === 'anonymous' ? 'SIGN_IN_REQUIRED' : 'ROLE_NOT_ALLOWED';
}

/** For example `operators and analysts`. */
export function namesOf({ to }: Access): string {
  const names = to.map((kind) => NAMES[kind]);
  const last = names.pop() ?? '';
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}
