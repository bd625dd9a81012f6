import type { Requirement } from './requirement';
import { bookingRequirements } from './requirements/booking-requirements';
import { faultRequirements } from './requirements/fault-requirements';
import { leakRequirements } from './requirements/leaks';
import { manifestRequirements } from './requirements/manifest';
import { mappingRequirements } from './requirements/mapping';
import { searchRequirements } from './requirements/search';

/** The promises of every adapter, in the order of their levels. */
export const requirements: readonly Requirement[] = [
  ...manifestRequirements,
  ...mappingRequirements,
  ...searchRequirements,
  ...bookingRequirements,
  ...faultRequirements,
  ...leakRequirements,
];
