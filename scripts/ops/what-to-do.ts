import { MANUAL_STATES, UNSETTLED_STATES } from '../../subgraphs/appointments/lifecycle/states';
import { ADVICE, type PracticeSays } from '../../web/operator/what-to-do';

export const OPEN_STATES = [...UNSETTLED_STATES, ...MANUAL_STATES] as const;
export type OpenState = (typeof OPEN_STATES)[number];

export interface OperatorAdvice {
  /** The open question, in words. */
  unknown: string;
  /** Question for the practice; null when the booking settles by itself. */
  ask: string | null;
  /** Results of the practice's two possible answers. */
  stands: string;
  absent: string;
}

/** The console's advice, as lines of a terminal; a state that it does not know is an error of the types. */
export function whatToDo(state: OpenState): OperatorAdvice {
  const { unknown, personSees, ask } = ADVICE[state];
  return {
    unknown: personSees === undefined ? unknown : `${unknown} The person sees ${personSees}.`,
    ask: ask?.question ?? null,
    stands: ask === null ? '' : inWords(ask.stands),
    absent: ask === null ? '' : inWords(ask.absent),
  };
}

function inWords({ means, becomes, also = '' }: PracticeSays): string {
  return `${means}: the person sees ${becomes}${also}`;
}
