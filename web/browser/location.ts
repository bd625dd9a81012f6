import { marked } from './elements';

/** A hundred metres are near enough to find a practice. */
const DECIMALS = 3;

/** Offers "Use my location" beside the postcode; the coordinates go to this site alone. */
export function shareLocation(): void {
  const button = marked('use-location');
  const problem = marked('location-problem');
  const form = button?.closest('form');
  if (button === null || problem === null || form == null || !('geolocation' in navigator)) return;
  button.hidden = false;
  button.addEventListener('click', () => {
    problem.hidden = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        fill(form, 'latitude', coords.latitude);
        fill(form, 'longitude', coords.longitude);
        form.requestSubmit();
      },
      () => {
        problem.hidden = false;
        problem.focus();
      },
      { timeout: 10_000, maximumAge: 60_000 },
    );
  });
}

function fill(form: HTMLFormElement, name: string, degrees: number): void {
  const field = form.elements.namedItem(name);
  if (field instanceof HTMLInputElement) field.value = degrees.toFixed(DECIMALS);
}
