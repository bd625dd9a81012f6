import { whyNotAsk, type AccessRefusal } from './access';
import type { Caller } from './caller';
import type { ReleaseActor } from './release-ledger';
import type { OdsCode } from './ods-code';

/**
 * National RBAC job roles that may decide what a practice releases: R8000 clinical practitioner, and R8008 admin or
 * clinical support, which practice managers hold (NHS National RBAC Database).
 */
const MANAGING_ROLES = new Set(['R8000', 'R8008']);

/** Checks that the caller works at the practice. All its staff may see its book, and close it: that is the safe side. */
export function worksAt(caller: Caller, practice: OdsCode): boolean {
  return caller.kind === 'practice-staff' && caller.practice === practice;
}

/** CIS2 writes a role with the areas of work above it: `S8001:G8005:R8008`. */
export function manages(caller: Caller, practice: OdsCode): boolean {
  return (
    caller.kind === 'practice-staff' &&
    caller.practice === practice &&
    MANAGING_ROLES.has(caller.roleCode.split(':').at(-1) ?? '')
  );
}

export function mayLookAt(caller: Caller, practice: OdsCode): boolean {
  return caller.kind === 'operator' || worksAt(caller, practice);
}

/** @param caller one for whom `mayLookAt` does not hold. */
export function whyNotLook(caller: Caller): AccessRefusal {
  return caller.kind === 'practice-staff' ? 'NOT_YOUR_PRACTICE' : whyNotAsk(caller);
}

/** Identifies the caller for the history of releases. */
export function releaseActorOf(caller: Caller): ReleaseActor {
  const nobody = { id: null, role: null, practice: null };
  switch (caller.kind) {
    case 'anonymous':
      return { ...nobody, kind: caller.kind };
    case 'practice-staff':
      return { kind: caller.kind, id: caller.id, role: caller.roleCode, practice: caller.practice };
    case 'patient':
    case 'analyst':
    case 'operator':
      return { ...nobody, kind: caller.kind, id: caller.id };
  }
}
