import { registerEnumType } from 'type-graphql';
import { BOOKING_ROUTES } from '../../../adapters/gp-system';
import { APPOINTMENT_MODES } from '../../../domain/appointment-mode';
import { PLACE_PRECISIONS } from '../../../domain/place';

export const AppointmentModeEnum = enumOf('AppointmentMode', APPOINTMENT_MODES);

export const BookingRouteEnum = enumOf('BookingRoute', BOOKING_ROUTES);

export const BookStatusEnum = enumOf('BookStatus', ['NOT_OPTED_IN', 'OPEN', 'CLOSED']);

export const PlacePrecisionEnum = enumOf(
  'PlacePrecision',
  PLACE_PRECISIONS,
  'How exactly a place is known. OUTWARD_CODE is the centre of the first half of a postcode, often half a mile off.',
);

/** type-graphql knows an enum by its object; the domain has lists of words. */
function enumOf(name: string, words: readonly string[], description?: string): Record<string, string> {
  const members = Object.fromEntries(words.map((word) => [word, word]));
  registerEnumType(members, { name, ...(description === undefined ? {} : { description }) });
  return members;
}
