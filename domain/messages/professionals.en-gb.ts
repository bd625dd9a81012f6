import { clockTime } from '../london-time';
import type { ProfessionalCatalogue } from './professionals';

export const PROFESSIONALS_EN_GB: ProfessionalCatalogue = {
  problems: {
    ROLE_NOT_ALLOWED: ({ allowed }) => `This is for ${allowed}. Sign in with another role.`,
    NOT_YOUR_PRACTICE: () => 'This is for staff of that practice. Sign in with the role that you hold there.',
    MANAGER_ROLE_REQUIRED: () =>
      'Only managers of the practice may do this. Sign in with the role R8000 or R8008, or ask someone who has it.',
    RULES_CHANGED: () => 'Someone else changed these rules. Load the current ones, then make your change.',
    BOOKINGS_IN_CLOSURE: ({ bookings }) =>
      `Appointments booked in that time: ${bookings}. They stand if you close your book. Read the list, then confirm.`,
    PRACTICE_NOT_FOUND: () => 'The directory has no practice with this ODS code. Check the code.',
    ALREADY_SETTLED: () => 'This booking is not waiting for an operator. Look at its current state.',
    ANOTHER_BOOKING_STANDS: () =>
      'There is another booking at that time, or for this person and these symptoms. Have the practice cancel this one, then settle it as not standing.',
    TOO_FINE: ({ drop }) =>
      `Most of these numbers would be withheld. Ask without ${drop.join(' or ')}, or for longer periods.`,
    ALLOWANCE_USED: () =>
      'You have asked for as many numbers as one analyst may in a day. Ask again tomorrow, or for fewer dimensions.',
    IDEMPOTENCY_KEY_REUSED: () =>
      'This idempotency key was used for another request. Use a new one for each intention.',
  },
  fields: {
    EMPTY: () => 'Leave this field out when it is empty.',
    EXACTLY_ONE: ({ of }) => `Send exactly one of ${of}.`,
    NOT_COORDINATES: () => 'Latitude must be from -90 to 90 and longitude from -180 to 180.',
    NOT_AN_ODS_CODE: () => 'An ODS code has 3 to 10 letters and digits, such as B86030.',
    OUT_OF_RANGE: ({ min, max, unit }) =>
      `Must be from ${min} to ${max.toLocaleString('en-GB')}${unit === undefined ? '' : ` ${unit}`}.`,
    TOO_MANY: ({ max }) => `Send at most ${max}.`,
    REPEATED: () => 'Something is in the list twice. Remove the duplicate.',
    RANGE_REVERSED: () => 'The end must not come before the start.',
    PERIOD_TOO_LONG: ({ days }) => `Request at most ${days} days at once.`,
    TOO_FAR_AWAY: ({ days }) => `Must be within ${days} days of now.`,
    IN_THE_PAST: () => 'This time is over. Choose a later one.',
    TOO_MANY_ROWS: ({ max }) =>
      `The result would have more than ${max} rows. Request fewer dimensions or days.`,
    NOT_A_PERIOD: ({ example }) => `This is not a period of that length. Write it as ${example}.`,
    PERIOD_NOT_CLOSED: ({ until }) =>
      until === null
        ? 'Nothing is published yet. Statistics are published each night for the day before.'
        : `Statistics are published up to ${until}. Ask for whole periods up to then.`,
    NOT_COUNTED_BY: ({ measure, dimension }) =>
      `${measure} is not counted by ${dimension}. Leave one of the two out.`,
    NEEDS_DIMENSION: ({ measure, dimension }) =>
      `${measure} is counted for each ${dimension} alone. Add ${dimension} to "by" or to "where".`,
    NOT_A_FILTER: () => 'Say the period in "period", not in "where".',
    UNKNOWN_VALUE: ({ known }) => `There is no such value. There are: ${known.join('; ')}.`,
    NOT_A_CURSOR: () => 'Send a cursor that this field returned.',
    UNKNOWN_PATHWAY: () => 'There is no such symptom check. The query "pathways" lists them.',
    UNKNOWN_QUESTION: () => 'The symptom check has no such question.',
    QUESTION_NOT_OPEN: () => 'This question is not open. Answer the next one, or change an earlier answer.',
    UNKNOWN_OPTION: () => 'The question has no such option.',
    UNKNOWN_DISPOSITION: () => 'There is no such disposition. The query "dispositions" lists them.',
    NEVER_BOOKED: () => 'No appointment is booked for this disposition. Take it out.',
    MODE_NOT_RELEASED: ({ modes }) =>
      `This disposition is served by ${modes.join(' or ')} only. Release that too, or take the disposition out.`,
    UNKNOWN_SLOT_TYPE: ({ known }) =>
      `Your book has never had this slot type. It has had: ${known.join('; ')}. Capital letters count.`,
    BOOK_NOT_READ: () =>
      'We could not compare this with your book, because its system did not answer. Try again in a few minutes.',
    LEAVES_NOTHING: ({ beside }) =>
      `Together with ${beside} this leaves nothing to book. Change one of them.`,
    LOCALE_NOT_OFFERED: ({ locales }) => `The symptom checks are available in ${locales.join(', ')}.`,
    NOT_AN_IDEMPOTENCY_KEY: ({ min, max }) =>
      `Use ${min} to ${max} printable characters, for example a UUID.`,
    IDEMPOTENCY_KEY_REUSED: () => 'This key was used to start another symptom check. Use a new one.',
  },
  emergencyTakenBack: ({ help, at }) => `Told ${help} at ${clockTime(at)}, then changed that answer.`,
  emergencyToldBefore: ({ help, at }) => `Told ${help} at ${clockTime(at)}.`,
};
