import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BOOKING_STATES,
  LIVE_STATES,
  MOVES,
  isOneOf,
  statusOf,
} from '../subgraphs/appointments/booking/states';

const PAGE = join('docs', 'booking-states.md');

/** The life of a booking as a page with a picture, from the state machine itself. */
export function statesPage(): string {
  const moves = BOOKING_STATES.flatMap((from) =>
    Object.entries(MOVES[from]).map(([event, to]) => `  ${from} --> ${to}: ${event}`),
  );
  const rows = BOOKING_STATES.map(
    (state) => `| \`${state}\` | ${isOneOf(LIVE_STATES, state) ? 'yes' : 'no'} | \`${statusOf(state)}\` |`,
  );
  return `# The life of a booking

Drawn by \`npm run states\` from \`subgraphs/appointments/booking/states.ts\`; a test holds the two together. Whatever is not
an arrow is refused. What the events mean is said in that file.

\`\`\`mermaid
stateDiagram-v2
  [*] --> BOOKING: OPENED
${moves.join('\n')}
\`\`\`

| state | the slot is, or may be, ours | the person is told |
| --- | --- | --- |
${rows.join('\n')}
`;
}

if (require.main === module) writeFileSync(PAGE, statesPage());
