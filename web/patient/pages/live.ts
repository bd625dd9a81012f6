import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Caller } from '../../kit/api';
import { visitOf } from '../../kit/visit';
import { openedBooking, signedInCaller, type PatientSite } from '../journey';
import { markOf } from './booked';

/** Streams of one browser at once, as many as the API allows a person. */
const MAX_IN_SESSION = 4;
const MAX_IN_ALL = 2_000;
const STOP = 'event: stop\ndata:\n\n';

/** Passes on that the booking of a page is another, as server-sent events with nothing but a mark. */
export function registerLivePages(app: FastifyInstance, site: PatientSite): void {
  const open = new Map<string, number>();
  let inAll = 0;
  app.get('/booking/:name/live', { config: { isQuiet: true } }, async (request, reply) => {
    const { id: session } = visitOf(request).session;
    const bookingId = openedBooking(request)?.id;
    const caller = signedInCaller(site, request);
    const inSession = open.get(session) ?? 0;
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      // Proxies that gather an answer would keep it until its end.
      'x-accel-buffering': 'no',
    });
    raw.flushHeaders();
    if (caller === undefined || bookingId === undefined || inSession >= MAX_IN_SESSION || inAll >= MAX_IN_ALL)
      return void raw.end(STOP);
    open.set(session, inSession + 1);
    inAll += 1;
    try {
      await relay(site, raw, { caller, bookingId });
    } finally {
      inAll -= 1;
      const left = (open.get(session) ?? 1) - 1;
      if (left === 0) open.delete(session);
      else open.set(session, left);
    }
  });
}

/** Ends with the API's own stream: a page that is still there opens another. */
async function relay(
  site: PatientSite,
  raw: ServerResponse,
  { caller, bookingId }: { caller: Caller; bookingId: string },
): Promise<void> {
  // Gone while the session was read: nothing would say so any more.
  if (raw.destroyed) return;
  const gone = new AbortController();
  raw.once('close', () => {
    gone.abort();
  });
  try {
    for await (const booking of site.patient.followBooking(caller, bookingId, gone.signal)) {
      // A page that does not read what it was sent is not there any more.
      if (raw.writableNeedDrain) break;
      if (booking !== null) raw.write(`event: booking\ndata: ${markOf(booking)}\n\n`);
    }
    raw.end();
  } catch {
    raw.end(STOP);
  }
}
