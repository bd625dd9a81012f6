import { initAll } from 'nhsuk-frontend';
import { offerChartImages } from './chart-image';
import { followBooking } from './follow-booking';
import { offerCopying } from './copy-link';
import { showCountdown } from './countdown';
import { shareLocation } from './location';
import { offerPrinting } from './printing';
import { warnBeforeEnd } from './session-end';

/** Enhances a page that works without: each of these looks for its own marks in it. */
initAll();
showCountdown();
shareLocation();
followBooking();
offerPrinting();
offerCopying();
offerChartImages();
warnBeforeEnd();
void navigator.serviceWorker.register('/sw.js').catch(() => undefined);
