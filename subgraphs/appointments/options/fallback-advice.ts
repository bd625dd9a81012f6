import { spokenTime } from '../../../domain/london-time';

/** What to do when nothing fits: never empty, never less urgent than the outcome. */
export function fallbackAdvice(deadline: Date | null): string {
  return deadline === null
    ? 'If no time here suits you, phone your own practice. If things get worse, check the symptoms again or call NHS 111.'
    : `If no time here suits you, call NHS 111 now and say that you were advised to be seen by ${spokenTime(deadline)}. If things get worse, follow the advice with your result; in an emergency call 999.`;
}
