import { marked } from './elements';

/** Loads the page again as soon as the booking that it shows is another: the server sends a mark for what it shows. */
export function followBooking(): void {
  const shown = marked('booking-mark');
  const { bookingMark: mark, bookingLive: address } = shown?.dataset ?? {};
  if (mark === undefined || address === undefined) return;
  const source = new EventSource(address);
  source.addEventListener('booking', ({ data }: MessageEvent<string>) => {
    if (data === mark) return;
    source.close();
    location.reload();
  });
  // The server says so where it cannot follow: the page's own link, or its refreshing, is the way then.
  source.addEventListener('stop', () => {
    source.close();
  });
}
