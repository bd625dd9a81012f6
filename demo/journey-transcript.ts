import { spokenTime } from '../domain/london-time';
import type { CaseStudyFacts } from './case-study';

/** The case study as a person would read it. */
export function journeyTranscript(facts: CaseStudyFacts, note: string): string {
  return [
    'From symptoms to a booked appointment: the 2010 case study',
    note,
    facts.contentBanner ?? '',
    '',
    `1. A mother is worried about her son of 6. They are at ${facts.place.postcode} (${facts.place.precision}).`,
    ...facts.answers.map(({ question, answer }) => `   ${question}\n      - ${answer}`),
    '',
    `2. Outcome: ${facts.outcome.title} (${facts.outcome.dispositionId}), by ${spoken(facts.outcome.deadline)}.`,
    ...facts.outcome.worseningAdvice.map((advice) => `   Watch out: ${advice}`),
    '',
    `3. His own practice, ${facts.ownPractice.name} (${facts.ownPractice.odsCode}): ${facts.ownPractice.answer}.`,
    `   ${facts.practicesInRadius} other practices within 10 miles, ${facts.practicesAsked} asked; with times:`,
    ...facts.elsewhere.map(elsewhere),
    ...facts.notOffered.map(
      ({ reason, practices }) => `      ${String(practices).padStart(4)} not offered: ${reason}`,
    ),
    '',
    `4. She holds ${spoken(facts.hold.startsAt)}; kept for her until ${spoken(facts.hold.expiresAt)}.`,
    `5. She confirms: ${facts.booking.status}, reference ${facts.booking.reference}, at ${facts.booking.practice}.`,
    `   What happened: ${facts.booking.history.join(' → ')}.`,
    '',
    "6. The supplier's own diary holds for him:",
    ...facts.supplierDiary.map(
      ({ practice, startsAt, status, slotType, bookedBy }) =>
        `   ${practice}  ${spoken(startsAt)}  ${slotType}  ${status}  (booked by ${bookedBy.consumer}, ${bookedBy.route})`,
    ),
    '',
    'Suppliers are simulated; the people are invented.',
  ].join('\n');
}

function elsewhere({ name, distanceMiles, slots }: CaseStudyFacts['elsewhere'][number]): string {
  const times = slots.map(({ startsAt }) => spoken(startsAt).replace(/^.*, /, '')).join(', ');
  return `   ${distanceMiles.toFixed(1).padStart(5)} miles  ${name}: ${times}`;
}

function spoken(instant: string): string {
  return spokenTime(new Date(instant));
}
