import { z } from 'zod';
import { spokenTime, wallClock } from '../../domain/london-time';
import { BOOKING_STATES, isOneOf } from '../../subgraphs/appointments/lifecycle/states';
import { forHowLong } from './for-how-long';
import { OPEN_STATES, whatToDo } from './what-to-do';

const instant = z.iso.datetime().transform((text) => new Date(text));

/** A booking as the saved operations for operators answer it. */
export const BookingRecord = z.object({
  booking: z.object({
    id: z.string(),
    reference: z.string(),
    status: z.string(),
    startsAt: instant,
    mode: z.string(),
    clinicianName: z.string().nullable(),
    practice: z.object({ odsCode: z.string(), name: z.string(), phone: z.string().nullable() }),
  }),
  state: z.enum(BOOKING_STATES),
  since: instant,
  needsAnOperator: z.boolean(),
  supplier: z.object({ id: z.string(), name: z.string() }),
  marker: z.string(),
  absentReads: z.number(),
  failedReads: z.number(),
  evidence: z.array(z.object({ at: instant, asked: z.string(), answer: z.string() })),
});
export type BookingRecord = z.infer<typeof BookingRecord>;

/** Answer of the saved operation BookingByReference. */
export const FoundByReference = z.object({ bookingByReference: BookingRecord.nullable() });

/** Columns that what a line is about takes. */
const LABEL = 9;

/** Formats one booking: where it stands, what was asked about it, and the next step where there is one. */
export function recordReport(one: BookingRecord, now: Date): string {
  const { booking, state, since, marker, supplier } = one;
  const { practice } = booking;
  const phone = practice.phone ?? 'no phone number known';
  const clinician = booking.clinicianName === null ? '' : `, ${booking.clinicianName}`;
  const lines: [string, string][] = [
    ['status', `${booking.status} (${state})`],
    ['since', `${spokenTime(since)} (${forHowLong(now.getTime() - since.getTime())})`],
    ['where', `${practice.name}, ${practice.odsCode}, ${phone}; through ${supplier.name}`],
    ['when', `${spokenTime(booking.startsAt)}, ${booking.mode}${clinician}`],
    ['marker', `${marker}, where the practice’s system shows a text with the appointment`],
    ['tried', attempts(one)],
    ...openQuestion(one),
  ];
  return [booking.reference, ...lines.map(([name, text]) => `  ${name.padEnd(LABEL)}${text}`)].join('\n');
}

function openQuestion({ booking, state, absentReads, failedReads }: BookingRecord): [string, string][] {
  if (!isOneOf(OPEN_STATES, state)) return [];
  const { unknown, ask, stands, absent } = whatToDo(state);
  const settle = `npm run ops -- settle ${booking.id}`;
  return [
    ['unknown', unknown],
    ['reads', `in a row: ${absentReads} did not find it, ${failedReads} failed`],
    ['do', ask ?? 'Nothing yet: the practice’s book is read until it is known, or until it needs you.'],
    ...(ask === null
      ? []
      : ([
          ['', `${settle} --stands    ${stands}`],
          ['', `${settle} --absent    ${absent}`],
        ] satisfies [string, string][])),
  ];
}

/** Attempts that ended alike, one after the other, are one line. */
function attempts({ evidence }: BookingRecord): string {
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
function second(at: Date): string {
  return wallClock(at).replace('T', ' ');
}
