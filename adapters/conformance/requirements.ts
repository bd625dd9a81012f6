import type { Requirement } from './requirement';
import { bookingRequirements } from './requirements/booking-requirements';
import { commandRequirements } from './requirements/command-requirements';
import { faultRequirements } from './requirements/fault-requirements';
import { leakRequirements } from './requirements/leaks';
import { limitsRequirements } from './requirements/limits';
import { manifestRequirements } from './requirements/manifest';
import { mappingRequirements } from './requirements/mapping';
import { operationRequirements } from './requirements/operations';
import { pagesRequirements } from './requirements/pages';
import { placesRequirements } from './requirements/places';
import { searchRequirements } from './requirements/search';

/** The promises of every adapter, in the order of their levels. */
export const requirements: readonly Requirement[] = [
  ...manifestRequirements,
  ...mappingRequirements,
  ...searchRequirements,
  ...bookingRequirements,
  ...commandRequirements,
  ...placesRequirements,
  ...pagesRequirements,
  ...operationRequirements,
  ...limitsRequirements,
  ...faultRequirements,
  ...leakRequirements,
];
