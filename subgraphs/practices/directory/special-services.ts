import type { DirectoryPractice } from './directory-practice';

/**
 * Words in the names of services that hold lists of patients, but are not surgeries where anybody may be seen. The ODS
 * gives them prescribing setting 4 like any surgery, and no column tells them apart, so names have to:
 * - special allocation schemes, for patients removed from other lists after violence (NHS England, Primary Medical
 *   Care Policy and Guidance Manual, special allocation scheme), also called safe havens or violent patient schemes;
 * - people without a home, asylum seekers and others whom inclusion health services register (NHS England, "A national
 *   framework for NHS - action on inclusion health", 2023), some of them as "access surgeries";
 * - care homes, prisons and wards, whose residents alone are seen;
 * - clinics and hubs to which other practices send patients: extended or improved access, urgent treatment, walk-in,
 *   remote monitoring and a single specialty.
 */
const SPECIAL_SERVICES = [
  /\b(special|specialised) allocation\b|\bSAS\b|\bselect care\b|\bviolent patient|\bsafe haven\b|\bzero tolerance\b/i,
  /\bhomeless(ness)?\b|\bno fixed abode\b|\basylum\b|\brefugees?\b|\binclusion health(care)?\b|\bvulnerable adults?\b/i,
  /\baccess (surgery|partnership)\b/i,
  /\b(care|nursing|residential) homes?\b|\bHMP\b|\bprison\b|\bimmigration removal\b|\bhospice\b/i,
  /\b(extended|improved) (access|hours)\b|\bEA hub\b|\b(urgent treatment|walk[ -]in)\b|\bout of hours\b|\bcovid\b/i,
  /\b(dermatology|gynaecology|substance misuse|drug and alcohol|recovery team|specialist services)\b|\bwinter pressures\b/i,
];

/** False of a service for some people only: it is found by its name and is its patients' own practice, near nobody. */
export function isForEverybody({ name }: DirectoryPractice): boolean {
  return !SPECIAL_SERVICES.some((pattern) => pattern.test(name));
}
