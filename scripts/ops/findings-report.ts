import type { Findings, FoundBooking } from '../../subgraphs/appointments/booking/find-lost-bookings';
import type { Left } from '../../subgraphs/appointments/recovery/lost-bookings';

/** Checks that an operator has nothing left to do, and nothing to run again. */
export function isAllFound({
  unsettled,
  left,
  unreadable,
  missing,
  notRead,
  next,
  endedEarly,
}: Findings): boolean {
  const open = [
    ...unsettled,
    ...unreadable,
    ...missing,
    ...notRead,
    ...left.filter(({ why }) => why !== 'PAST'),
  ];
  return open.length === 0 && next === null && !endedEarly;
}

/** Reports the bookings found after a restore, and the next steps for those that are left. */
export function findingsReport(findings: Findings): string {
  const { copies, adopted, unsettled, left, unreadable, compared, missing, notRead, next, endedEarly } =
    findings;
  return [
    `${copies} copies of bookings looked at, ${compared} bookings ahead compared with their practices’ books.`,
    ...section('Found again: they stand at the practice, and their people see them', adopted.map(line)),
    ...section(
      'Taken on again and not settled: the service reads the practice’s book until it is known (npm run ops -- bookings --unsettled)',
      unsettled.map(line),
    ),
    ...section(
      'Left: ask the practice',
      left.map((one) => `${line(one)}  ${WHY_LEFT[one.why]}`),
    ),
    ...section(
      'Left: their copies were written by another version; run this again with that one',
      unreadable.map((id) => `  ${id}`),
    ),
    ...section(
      'Here, and not in the practice’s book: cancelled there or since the backup; the service looks again',
      missing.map(line),
    ),
    ...section(
      'Could not be compared with the practice’s book (the log has why): run this again',
      notRead.map(line),
    ),
    ...(endedEarly ? ['', 'It ended early: a store did not answer (the log has which). Run it again.'] : []),
    ...(next === null ? [] : [`There are more: npm run ops -- find-bookings --after ${next}`]),
    ...(isAllFound(findings) ? ['Nothing is left to do.'] : []),
  ].join('\n');
}

const WHY_LEFT: Record<Left, string> = {
  PAST: 'It has begun already; nothing to do.',
  ANOTHER_STANDS: 'Another booking of ours stands on its slot or for its person: ask which one is wanted.',
  DETAILS_UNREADABLE: 'Its details were sealed with a key that the restored database does not have.',
  SUPPLIER_UNKNOWN: 'Its supplier is not connected here.',
};

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title} (${lines.length}):`, ...lines];
}

function line({ reference, supplier, practice, startsAt, marker }: FoundBooking): string {
  return `  ${reference}  ${practice}  ${startsAt}  ${supplier}  ${marker}`;
}
