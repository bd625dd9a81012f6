import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { CalendarDate, startOfLondonDay, addLondonDays } from '../../domain/london-time';
import { OdsCode } from '../../domain/ods-code';
import type { WireReply, WireRequest } from '../simulator/http-listener';
import type { SimulatedOperation } from '../simulator/injected-faults';
import type { FaultTarget, WireProtocol } from '../simulator/protocol-server';
import type { SimulatorOptions } from '../supplier';
import { maintenanceEnd } from '../maintenance';
import { manifest } from './meridian.manifest';
import {
  cancelBooking,
  pollOperation,
  searchBookings,
  slotOfBooking,
  startBooking,
} from './simulator.bookings';
import { sessionsOf } from './simulator.sessions';
import { badRequest, json, jsonOf, pageOf, type State } from './simulator.state';

const PATH =
  /^\/mps\/3\/(oauth\/token|status|availability|bookings\/search|bookings|operations|)(?:\/([^/]+))?$/;
const PAGE_SIZE = 25;
const AUDIENCE = { route: 'NETWORK', organisationType: 'urgent-care', organisation: 'X26' } as const;
const Days = z.coerce.number().int().min(1).max(7);

/** Simulates Meridian's side, written from its document (README.md): tokens, runs, pages, operations and groups. */
export function meridianSimulator(options: SimulatorOptions): WireProtocol {
  const state: State = {
    ...options,
    pageSize: options.pageSize ?? PAGE_SIZE,
    audience: AUDIENCE,
    tokens: new Set(),
    operations: new Map(),
    nextCourse: null,
  };

  return {
    paged: ['SEARCH', 'READ'],
    identify: (request) => identify(state, request),
    nextOperation(course) {
      state.nextCourse = course;
    },
    answer: (request) => answer(state, request),
    failure: (status) => json(status, { fault: status === 429 ? 'slow_down' : 'unavailable' }),
    expireSessions() {
      state.tokens.clear();
    },
  };
}

function identify(state: State, request: WireRequest): FaultTarget {
  const operation = operationOf(request);
  const practice = OdsCode.safeParse(request.headers['x-tenant']).data;
  const slotId =
    operation === 'BOOK' && practice ? slotOfBooking(state, practice, jsonOf(request.body))?.id : undefined;
  return { operation, practice, slotId, isFurtherPage: request.query.has('cursor') };
}

function operationOf({ method, path }: WireRequest): SimulatedOperation {
  const [, what, id] = PATH.exec(path) ?? [];
  switch (what) {
    case 'oauth/token':
      return 'SESSION';
    case 'availability':
      return 'SEARCH';
    case 'bookings/search':
      return 'READ';
    case 'operations':
      return 'POLL';
    case 'bookings':
      if (method === 'DELETE' && id !== undefined) return 'CANCEL';
      return method === 'POST' ? 'BOOK' : 'OTHER';
    default:
      return 'OTHER';
  }
}

function answer(state: State, request: WireRequest): WireReply {
  const { method, path, headers, query } = request;
  const [, what = '', id = ''] = PATH.exec(path) ?? [];
  if (maintenanceEnd(manifest.maintenance ?? [], state.now()) !== null) return json(503, { ok: false });
  if (what === 'status') return json(200, { ok: true });
  if (what === 'oauth/token') return token(state, request);
  const practice = OdsCode.safeParse(headers['x-tenant']).data;
  if (!practice) return badRequest('X-Tenant');
  if (!state.tokens.has(headers.authorization ?? '')) return json(401, { fault: 'token_expired' });
  switch (what) {
    case 'availability':
      return availability(state, practice, query);
    case 'bookings/search':
      return searchBookings(state, practice, request);
    case 'operations':
      return pollOperation(state, id);
    case 'bookings':
      if (method === 'POST') return startBooking(state, practice, request);
      return cancelBooking(state, practice, { id: decodeURIComponent(id), ifMatch: headers['if-match'] });
    default:
      return json(404, { fault: 'not_found' });
  }
}

const Credentials = z.object({
  grant_type: z.literal('client_credentials'),
  client_id: z.string(),
  client_secret: z.string(),
  scope: z.literal('appointments'),
});

function token({ tokens }: State, { headers, body }: WireRequest): WireReply {
  const form = Credentials.safeParse(Object.fromEntries(new URLSearchParams(body)));
  const isForm = headers['content-type'] === 'application/x-www-form-urlencoded';
  const known = (name: string) => manifest.settings?.find((one) => one.name === name)?.simulated;
  if (
    !isForm ||
    form.data?.client_id !== known('CLIENT_ID') ||
    form.data?.client_secret !== known('CLIENT_SECRET')
  )
    return json(401, { error: 'invalid_client' });
  const access_token = randomUUID();
  tokens.add(`Bearer ${access_token}`);
  return json(200, { access_token, token_type: 'Bearer', expires_in: 600 });
}

function availability(state: State, practice: OdsCode, query: URLSearchParams): WireReply {
  const date = CalendarDate.safeParse(query.get('date')).data;
  const days = Days.safeParse(query.get('days')).data;
  if (!date) return badRequest('date');
  if (days === undefined) return badRequest('days');
  const from = startOfLondonDay(date);
  const free = state.diary.freeSlots(practice, from, addLondonDays(from, days), state.audience);
  const ahead = free.filter(({ startsAt }) => startsAt > state.now());
  const { items: sessions, next } = pageOf(sessionsOf(state, ahead), state.pageSize, query);
  return json(200, { sessions, next });
}
