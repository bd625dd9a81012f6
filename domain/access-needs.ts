/**
 * Needs of a person that a practice's building or staff has to meet: getting in without a step, hearing with a hearing aid, and
 * talking by British Sign Language or in another language. They are those of the facilities that NHS.UK shows of GP practices
 * (nhsuk/nhsuk-service-manual-community-backlog, "Final facilities and accessibility list per sector") and that the NHS's own
 * booking console keeps of its sites (NHSDigital/nbs-appointments-management-service, `accessibility/…`) on which the choice of a
 * practice depends. Practices owe their patients communication support by the Accessible Information Standard (DAPB1605).
 */
export const ACCESS_NEEDS = [
  'STEP_FREE_ACCESS',
  'HEARING_LOOP',
  'BSL_INTERPRETER',
  'LANGUAGE_INTERPRETER',
] as const;
export type AccessNeed = (typeof ACCESS_NEEDS)[number];

/** Needs of which it is known whether a practice meets them. One in neither list is not known, which is never "no". */
export interface PracticeAccess {
  met: readonly AccessNeed[];
  notMet: readonly AccessNeed[];
}

export const NOTHING_KNOWN: PracticeAccess = { met: [], notMet: [] };

/** Judges all of a person's needs together: one that is not met decides, then one that is not known. */
export function accessFor(
  needs: readonly AccessNeed[],
  { met, notMet }: PracticeAccess,
): 'MET' | 'NOT_MET' | 'NOT_KNOWN' {
  if (needs.some((need) => notMet.includes(need))) return 'NOT_MET';
  return needs.every((need) => met.includes(need)) ? 'MET' : 'NOT_KNOWN';
}
