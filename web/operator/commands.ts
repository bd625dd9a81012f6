/** One command of `npm run ops`, and the page that does the same; null: it is done on the command line alone. */
export interface OpsCommand {
  command: string;
  does: string;
  page: { href: string; text: string } | null;
}

const BOOKINGS = { href: '/operator/bookings', text: 'Bookings' };
const MESSAGES = { href: '/operator/messages', text: 'Messages' };

/** Every command of `npm run ops`; a test compares them with those that it prints. */
export const OPS_COMMANDS: readonly OpsCommand[] = [
  { command: 'bookings', does: 'Lists bookings with no known outcome, and what to do', page: BOOKINGS },
  { command: 'settle', does: 'Records what the practice says of a booking', page: BOOKINGS },
  { command: 'booking', does: 'Finds a booking by the reference that somebody reads out', page: BOOKINGS },
  { command: 'undelivered', does: 'Lists messages that nobody took for a day', page: MESSAGES },
  { command: 'redeliver', does: 'Sends those again', page: MESSAGES },
  {
    command: 'health',
    does: 'Shows how bookings, messages and the practices’ systems fare',
    page: { href: '/operator', text: 'Overview' },
  },
  { command: 'find-bookings', does: 'Finds bookings again after a restore', page: null },
];

/** Work that no page does, and the reason. */
export const COMMAND_LINE: readonly { command: string; does: string; why: string }[] = [
  {
    command: 'npm run ops -- find-bookings',
    does: 'Finds bookings again after a restore.',
    why: 'It opens the database and the secret itself, while the service is stopped or has lost data.',
  },
  {
    command: 'npm run report -- --week 2026-W48',
    does: 'Writes the report on a week as one file.',
    why: 'It needs the token of an analyst. Analysts have it as a page, with the same file.',
  },
  {
    command: 'npm run audit:verify',
    does: 'Proves that the audit trail is whole.',
    why: 'Those whom the trail watches must not be the only way to it: it reads the database itself.',
  },
  {
    command: 'npm run audit:find',
    does: 'Prints the entries about a booking or a symptom check, by its id.',
    why: 'It needs the database’s keys, and ids that no page shows.',
  },
  {
    command: 'npm run secrets:rekey',
    does: 'Wraps the keys of the data in a new secret.',
    why: 'A secret must not pass through a browser.',
  },
  {
    command: 'npm run directory:import and directory:status',
    does: 'Take in the directory of practices, and say which edition is in use.',
    why: 'Its files are read from the disk, judged as a whole, and accepted one guard at a time.',
  },
  {
    command: 'npm run triage:check and triage:sign',
    does: 'Prove the content of symptom checks, and sign it.',
    why: 'Each reviewer’s key stays with that person, and what is signed is a commit. To take content out of use, switch it off here.',
  },
  {
    command: 'Settings, starting, stopping, backup and restore',
    does: 'Are done where the service runs.',
    why: 'They need the machine, not the API. A practice’s own book and rules are its staff’s to change.',
  },
];
