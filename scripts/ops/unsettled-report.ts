import { z } from 'zod';
import { spokenTime, wallClock } from '../../domain/london-time';
import { forHowLong } from './for-how-long';
import { OPEN_STATES, whatToDo } from './what-to-do';

const instant = z.iso.datetime().transform((text) => new Date(text));

const UnsettledBooking = z.object({
  booking: z.object({
    id: z.string(),
    reference: z.string(),
    status: z.string(),
    startsAt: instant,
    mode: z.string(),
    clinicianName: z.string().nullable(),
    practice: z.object({ odsCode: z.string(), name: z.string(), phone: z.string().nullable() }),
  }),
  state: z.enum(OPEN_STATES),
  since: instant,
  needsAnOperator: z.boolean(),
  supplier: z.object({ id: z.string(), name: z.string() }),
  marker: z.string(),
  absentReads: z.number(),
  failedReads: z.number(),
  evidence: z.array(z.object({ at: instant, asked: z.string(), answer: z.string() })),
});
type UnsettledBooking = z.infer<typeof UnsettledBooking>;

/** Columns that what a line is about takes. */
const LABEL = 9;

/** Answer of the saved operation UnsettledBookings. */
export const Unsettled = z.object({ unsettledBookings: z.array(UnsettledBooking) });

/**
 * Formats unsettled bookings as a table with the open question and the next step of each, those that need an
 * operator first.
 */
export function unsettledReport(bookings: readonly UnsettledBooking[], now: Date): string {
  if (bookings.length === 0) return 'Every booking is settled.';
  const waiting = bookings.filter(({ needsAnOperator }) => needsAnOperator);
  const inOrder = [...waiting, ...bookings.filter(({ needsAnOperator }) => !needsAnOperator)];
  return [
    `${bookings.length} unsettled, of which ${needing(waiting.length)} an operator.`,
    table(inOrder, now),
    ...inOrder.map((one) => details(one, now)),
  ].join('\n\n');
}

function table(bookings: readonly UnsettledBooking[], now: Date): string {
  const rows = bookings.map(({ booking, state, since, needsAnOperator, supplier }) => [
    needsAnOperator ? '!' : '',
    booking.reference,
    state,
    forHowLong(now.getTime() - since.getTime()),
    minute(booking.startsAt),
    `${booking.practice.name} (${booking.practice.odsCode})`,
    supplier.name,
  ]);
  return columns([['', 'reference', 'state', 'for', 'appointment', 'practice', 'supplier'], ...rows]);
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function details(one: UnsettledBooking, now: Date): string {
  const { booking, state, since, marker, supplier, absentReads, failedReads } = one;
  const { practice } = booking;
  const { unknown, ask, stands, absent } = whatToDo(state);
  const phone = practice.phone ?? 'no phone number known';
  const clinician = booking.clinicianName === null ? '' : `, ${booking.clinicianName}`;
  const settle = `npm run ops -- settle ${booking.id}`;
  const lines: [string, string][] = [
    ['unknown', unknown],
    ['since', `${spokenTime(since)} (${forHowLong(now.getTime() - since.getTime())})`],
    ['where', `${practice.name}, ${practice.odsCode}, ${phone}; through ${supplier.name}`],
    ['when', `${spokenTime(booking.startsAt)}, ${booking.mode}${clinician}`],
    ['marker', `${marker}, where the practice’s system shows a text with the appointment`],
    ['tried', attempts(one)],
    ['reads', `in a row: ${absentReads} did not find it, ${failedReads} failed`],
    ['do', ask ?? 'Nothing yet: the practice’s book is read until it is known, or until it needs you.'],
  ];
  if (ask !== null)
    lines.push(['', `${settle} --stands    ${stands}`], ['', `${settle} --absent    ${absent}`]);
  return [booking.reference, ...lines.map(([name, text]) => `  ${name.padEnd(LABEL)}${text}`)].join('\n');
}

function needing(count: number): string {
  if (count === 0) return 'none needs';
  return count === 1 ? '1 needs' : `${count} need`;
}

/** Attempts that ended alike, one after the other, are one line. */
function attempts({ evidence }: UnsettledBooking): string {
  const runs: { asked: string; answer: string; first: Date; last: Date; times: number }[] = [];
  for (const { at, asked, answer } of evidence) {
    const run = runs.at(-1);
    if (run?.asked === asked && run.answer === answer) {
      run.last = at;
      run.times++;
    } else runs.push({ asked, answer, first: at, last: at, times: 1 });
  }
  const rows = runs.map(({ asked, answer, first, last, times }) => {
    const often = times === 1 ? '' : `, ${times} times until ${second(last)}`;
    return `${second(first)}  ${asked} ${answer}${often}`;
  });
  return rows.length === 0 ? 'nothing yet' : rows.join(`\n${' '.repeat(2 + LABEL)}`);
}

/** London time. */
function minute(at: Date): string {
  return wallClock(at).replace('T', ' ').slice(0, 16);
}

function second(at: Date): string {
  return wallClock(at).replace('T', ' ');
}
