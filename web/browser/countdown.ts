import { marked, numberOf } from './elements';

const SECOND_MS = 1_000;
/** Read out once more when so much is left. */
const LAST_SECONDS = 120;

/** Says how long a time is still kept, by the minute, and by words when it is over: nothing flashes, nothing is lost. */
export function showCountdown(): void {
  const notice = marked('kept-seconds');
  const left = marked('kept-left');
  const over = marked('kept-over');
  if (notice === null || left === null || over === null) return;
  const endsAt = performance.now() + numberOf(notice, 'keptSeconds') * SECOND_MS;
  let shown = '';
  const show = () => {
    const seconds = Math.max(0, Math.ceil((endsAt - performance.now()) / SECOND_MS));
    const text = seconds === 0 ? '' : words(seconds);
    if (seconds <= LAST_SECONDS) left.setAttribute('aria-live', 'polite');
    if (text !== shown) left.textContent = text;
    shown = text;
    if (seconds > 0) return;
    clearInterval(timer);
    notice.hidden = true;
    over.hidden = false;
  };
  const timer = setInterval(show, SECOND_MS);
  show();
}

function words(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? 'Less than a minute is left.' : `About ${minutes} minutes are left.`;
}
