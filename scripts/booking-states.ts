import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decide } from '../subgraphs/appointments/lifecycle/decide';
import type { Action, Decision } from '../subgraphs/appointments/lifecycle/decision';
import { everyObservation, knownBooking } from '../subgraphs/appointments/lifecycle/every-observation';
import {
  BOOKING_STATES,
  LIVE_STATES,
  TRANSITIONS,
  isOneOf,
  nextState,
  statusOf,
  type BookingState,
} from '../subgraphs/appointments/lifecycle/states';

const PAGE = join('docs', 'booking-states.md');

/** The life of a booking as a page with a picture, from the state machine itself. */
export function statesPage(): string {
  const moves = BOOKING_STATES.flatMap((from) =>
    Object.entries(TRANSITIONS[from]).map(([event, to]) => `  ${from} --> ${to}: ${event}`),
  );
  const rows = BOOKING_STATES.map(
    (state) => `| \`${state}\` | ${isOneOf(LIVE_STATES, state) ? 'yes' : 'no'} | \`${statusOf(state)}\` |`,
  );
  return `# The life of a booking

Drawn by \`npm run states\` from \`states.ts\` and \`decide.ts\` in \`subgraphs/appointments/lifecycle\`; a test holds them together.
Whatever is not an arrow is refused. What the events mean is said in \`states.ts\`.

\`\`\`mermaid
stateDiagram-v2
  [*] --> BOOKING: OPENED
${moves.join('\n')}
\`\`\`

| state | may hold the slot | status shown to the person |
| --- | --- | --- |
${rows.join('\n')}

## Observations and decisions

Whatever is not listed changes nothing. Of a booking an hour before its time that was absent, or could not be read, four times
already; after two hours without an answer, or half an hour before its time, it goes to an operator (\`OUT_OF_TIME\`) instead of being
looked at again.

| state | observation | event | next state | action |
| --- | --- | --- | --- | --- |
${followingRows().join('\n')}
`;
}

const ANY_TIME = new Date(0);
const PACE = { now: ANY_TIME, settleMs: 1, cancelLeaseMs: 1, compareEveryMs: 1 };

function followingRows(): string[] {
  return BOOKING_STATES.flatMap((state) => {
    const booking = knownBooking(ANY_TIME, { state, absentReads: 4, failedReads: 4 });
    /** Observations by the transition that follows from them. */
    const seenBefore = new Map<string, string[]>();
    for (const [seen, observation] of everyObservation(booking.slot)) {
      const cells = cellsOf(state, decide(booking, observation, PACE))?.join(' | ');
      if (cells !== undefined) seenBefore.set(cells, [...(seenBefore.get(cells) ?? []), seen]);
    }
    return [...seenBefore].map(([cells, seen]) => `| \`${state}\` | ${seen.join('<br>')} | ${cells} |`);
  });
}

function cellsOf(state: BookingState, decision: Decision): string[] | null {
  switch (decision.kind) {
    case 'TRANSITION': {
      const { event, action } = decision;
      return [`\`${event}\``, `\`${nextState(state, event) ?? ''}\``, action === null ? '' : DONE[action]];
    }
    case 'WAIT':
      return ['', '', decision.nextCheckMs === null ? 'nothing any more' : 'it is looked at again'];
    case 'ACT':
      return ['', '', DONE[decision.action]];
    case 'IGNORE':
      return null;
  }
}

const DONE: Readonly<Record<Action, string>> = {
  CANCEL_AT_PRACTICE: 'it is cancelled at the practice',
  LOOK_AT_SLOT: 'the slot is looked at',
  LOOK_FOR_ANOTHER_BOOKING: 'another booking of ours is looked for',
  ASK_WHETHER_WANTED: 'the person’s other plans are looked at',
};

if (require.main === module) writeFileSync(PAGE, statesPage());
