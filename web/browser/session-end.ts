import { marked, numberOf } from './elements';

const SECOND_MS = 1_000;
/** Time before the end at which people are asked (WCAG 2.2.1). */
const WARN_SECONDS = 120;

/** Asks two minutes before the session ends, and lets people stay. */
export function warnBeforeEnd(): void {
  const dialog = marked('session-seconds');
  if (!(dialog instanceof HTMLDialogElement)) return;
  let endsAt = performance.now() + numberOf(dialog, 'sessionSeconds') * SECOND_MS;
  const secondsLeft = () => (endsAt - performance.now()) / SECOND_MS;
  const form = dialog.querySelector('form');
  form?.addEventListener('submit', (event) => {
    if (event.submitter?.hasAttribute('data-stay') !== true) return;
    event.preventDefault();
    void stay(form).then((stayed) => {
      if (!stayed) return;
      endsAt = performance.now() + numberOf(dialog, 'idleSeconds') * SECOND_MS;
      dialog.close();
    });
  });
  let asking = false;
  const look = async () => {
    if (asking || secondsLeft() > WARN_SECONDS) return;
    asking = true;
    // Somebody may have gone on in another tab.
    const left = await secondsKept();
    asking = false;
    if (left !== null) endsAt = performance.now() + left * SECOND_MS;
    if (secondsLeft() <= 0) location.assign('/timed-out');
    else if (secondsLeft() <= WARN_SECONDS && !dialog.open) dialog.showModal();
    else if (secondsLeft() > WARN_SECONDS && dialog.open) dialog.close();
  };
  setInterval(() => void look(), 10 * SECOND_MS);
}

async function stay(form: HTMLFormElement): Promise<boolean> {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === 'string') body.append(name, value);
  const response = await fetch('/session/stay', { method: 'POST', body, redirect: 'manual' }).catch(
    () => null,
  );
  return response?.type === 'opaqueredirect';
}

/** Null where the server cannot be asked: then the page's own count holds. */
async function secondsKept(): Promise<number | null> {
  const response = await fetch('/session').catch(() => null);
  if (response === null || !response.ok) return null;
  const { seconds } = (await response.json()) as { seconds: unknown };
  return typeof seconds === 'number' ? seconds : null;
}
