import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { NhsNumber } from '../../domain/nhs-number';
import { OdsCode } from '../../domain/ods-code';
import type { Diary } from './diary';
import { NewPatient, type DiaryAppointment, type DiarySlot, type SlotState } from './diary-records';
import { FaultOrder, type Faults } from './injected-faults';
import { httpListener, type Listener, sendReply, type WireRequest } from './http-listener';

/** Time that a demonstration moves on: forward only, by whole minutes, and no further than is left. */
export interface MovableClock {
  now(): Date;
  movedMinutes(): number;
  leftMinutes(): number;
  move(minutes: number): void;
}

/** The running simulators, as the control API changes them. */
export interface Controlled {
  diary: Diary;
  now(): Date;
  faults: Faults;
  suppliers: readonly string[];
  expireSessions(supplier?: string): void;
  down(supplier: string): Promise<void>;
  up(supplier: string): Promise<void>;
  /** Absent where the product runs in other processes, whose time cannot be moved from here. */
  clock?: MovableClock | undefined;
}

interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  path: RegExp;
  handle(match: readonly string[], request: WireRequest): unknown;
}

const Instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const Range = z.object({ from: Instant, to: Instant, slotType: z.string().optional() });
/** Counts from now on; two weeks are as far as practices book ahead. */
const NextHours = z.object({
  hours: z
    .number()
    .int()
    .min(1)
    .max(14 * 24),
  slotType: z.string().optional(),
});
const AppointmentSearch = z.object({ nhsNumber: NhsNumber.optional(), practice: OdsCode.optional() });

/** A JSON API on a port of its own, for demonstrations and tests in other processes. Never part of a real service. */
export function controlServer(port: number, controlled: Controlled): Promise<Listener> {
  const routes = [
    ...generalRoutes(controlled),
    ...(controlled.clock === undefined ? [] : clockRoutes(controlled.clock)),
    ...supplierRoutes(controlled),
    ...practiceRoutes(controlled),
  ];
  return httpListener(port, async (request, response) => {
    try {
      await route(routes, request, response);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      sendJson(response, 400, { issues: error.issues.map(({ path, message }) => ({ path, message })) });
    }
  });
}

async function route(
  routes: readonly Route[],
  request: WireRequest,
  response: ServerResponse,
): Promise<void> {
  for (const candidate of routes) {
    const match = candidate.path.exec(request.path);
    if (!match || candidate.method !== request.method) continue;
    sendJson(response, 200, (await candidate.handle(match.slice(1), request)) ?? {});
    return;
  }
  sendJson(response, 404, { message: 'No such control.' });
}

function generalRoutes(controlled: Controlled): Route[] {
  const { diary, faults, suppliers } = controlled;
  const Supplier = z.enum(suppliers);
  return [
    { method: 'GET', path: /^\/health$/, handle: () => ({ status: 'UP', suppliers }) },
    {
      method: 'POST',
      path: /^\/faults$/,
      handle(_, { body }) {
        const order = FaultOrder.parse(jsonOf(body));
        Supplier.parse(order.supplier);
        faults.add(order);
      },
    },
    {
      method: 'DELETE',
      path: /^\/faults$/,
      handle() {
        faults.clear();
      },
    },
    {
      method: 'GET',
      path: /^\/faults\/held$/,
      handle: () => ({ held: faults.held() }),
    },
    {
      method: 'POST',
      path: /^\/faults\/release$/,
      handle() {
        faults.release();
      },
    },
    {
      method: 'POST',
      path: /^\/latency$/,
      handle(_, { body }) {
        const { supplier, ms } = z
          .object({ supplier: Supplier, ms: z.number().int().nonnegative() })
          .parse(jsonOf(body));
        faults.setLatency(supplier, ms);
      },
    },
    {
      method: 'POST',
      path: /^\/sessions\/expire$/,
      handle(_, { body }) {
        controlled.expireSessions(z.object({ supplier: Supplier.optional() }).parse(jsonOf(body)).supplier);
      },
    },
    {
      method: 'POST',
      // The NHS number travels in the body, so that it is in no address and no access log.
      path: /^\/appointments\/search$/,
      handle: (_, { body }) => ({
        appointments: diary.appointments(AppointmentSearch.parse(jsonOf(body))).map(shown),
      }),
    },
  ];
}

function clockRoutes(clock: MovableClock): Route[] {
  const shownClock = () => ({ now: clock.now(), movedMinutes: clock.movedMinutes() });
  return [
    { method: 'GET', path: /^\/clock$/, handle: shownClock },
    {
      method: 'POST',
      path: /^\/clock$/,
      handle(_, { body }) {
        const Move = z.strictObject({ minutes: z.number().int().min(1).max(clock.leftMinutes()) });
        clock.move(Move.parse(jsonOf(body)).minutes);
        return shownClock();
      },
    },
  ];
}

function supplierRoutes(controlled: Controlled): Route[] {
  const Supplier = z.enum(controlled.suppliers);
  return [
    {
      method: 'POST',
      path: /^\/suppliers\/([^/]+)\/down$/,
      handle: ([id]) => controlled.down(Supplier.parse(id)),
    },
    {
      method: 'POST',
      path: /^\/suppliers\/([^/]+)\/up$/,
      handle: ([id]) => controlled.up(Supplier.parse(id)),
    },
  ];
}

function practiceRoutes(controlled: Controlled): Route[] {
  const { diary } = controlled;
  return [
    {
      method: 'GET',
      path: /^\/practices\/([^/]+)\/slots$/,
      handle([practice], { query }) {
        const { from, to } = Range.parse(Object.fromEntries(query));
        return { slots: diary.slots(OdsCode.parse(practice), from, to).map(shownSlot) };
      },
    },
    {
      method: 'POST',
      path: /^\/practices\/([^/]+)\/patients$/,
      handle([practice], { body }) {
        const patient = diary.registerPatient(OdsCode.parse(practice), NewPatient.parse(jsonOf(body)));
        return { id: patient.id };
      },
    },
    {
      method: 'POST',
      path: /^\/practices\/([^/]+)\/settings$/,
      handle([practice], { body }) {
        const settings = z.object({
          horizonDays: z.number().int().positive().optional(),
          bookingLimit: z.number().int().nonnegative().nullable().optional(),
          groupPlaces: z.number().int().positive().max(100).optional(),
          overlaps: z.boolean().optional(),
        });
        const { horizonDays, bookingLimit, groupPlaces, overlaps } = settings.parse(jsonOf(body));
        diary.configure(OdsCode.parse(practice), {
          ...(horizonDays === undefined ? {} : { horizonDays }),
          ...(bookingLimit === undefined ? {} : { bookingLimit }),
          ...(groupPlaces === undefined ? {} : { groupPlaces }),
          ...(overlaps === undefined ? {} : { overlaps }),
        });
      },
    },
    ...deskRoutes(controlled),
  ];
}

/** Everything that a practice's desk does in its own book. */
function deskRoutes({ diary, now }: Controlled): Route[] {
  return [
    {
      method: 'POST',
      path: /^\/practices\/([^/]+)\/desk\/(take|free)$/,
      handle([practice, what], { body }) {
        const { from, to, slotType } = rangeOf(jsonOf(body), now());
        const ods = OdsCode.parse(practice);
        const slots =
          what === 'take'
            ? diary.deskTakes(ods, from, to, slotType)
            : diary.deskFrees(ods, from, to, slotType);
        return { slots };
      },
    },
    {
      method: 'POST',
      path: /^\/practices\/([^/]+)\/desk\/cancel$/,
      handle([practice], { body }) {
        const ods = OdsCode.parse(practice);
        const whose = z.union([z.object({ appointmentId: z.string() }), z.object({ nhsNumber: NhsNumber })]);
        const wanted = whose.parse(jsonOf(body));
        if ('appointmentId' in wanted)
          return { result: diary.cancel(ods, wanted.appointmentId, 'the desk').kind };
        const standing = diary
          .appointments({ practice: ods, nhsNumber: wanted.nhsNumber })
          .filter(({ status }) => status === 'BOOKED');
        for (const { id } of standing) diary.cancel(ods, id, 'the desk');
        return { cancelled: standing.length };
      },
    },
    {
      method: 'POST',
      path: /^\/practices\/([^/]+)\/desk\/move$/,
      handle([practice], { body }) {
        const ods = OdsCode.parse(practice);
        const whose = z.union([
          z.object({ appointmentId: z.string(), slotId: z.number() }),
          z.object({ nhsNumber: NhsNumber }),
        ]);
        const wanted = whose.parse(jsonOf(body));
        if ('slotId' in wanted) return { moved: diary.deskMoves(ods, wanted.appointmentId, wanted.slotId) };
        const [standing] = diary
          .appointments({ practice: ods, nhsNumber: wanted.nhsNumber })
          .filter(({ status }) => status === 'BOOKED');
        if (standing === undefined) return { moved: false };
        const { endsAt } = standing.slot;
        const later = diary.slots(ods, endsAt, new Date(endsAt.getTime() + 24 * 3_600_000));
        const free = later.find(({ state }) => state === 'FREE');
        return { moved: free !== undefined && diary.deskMoves(ods, standing.id, free.slot.id) };
      },
    },
  ];
}

function rangeOf(body: unknown, now: Date): z.infer<typeof Range> {
  const next = NextHours.safeParse(body);
  if (!next.success) return Range.parse(body);
  const { hours, slotType } = next.data;
  return { from: now, to: new Date(now.getTime() + hours * 3_600_000), slotType };
}

function shown(appointment: DiaryAppointment) {
  const { slot, patient, ...rest } = appointment;
  return {
    ...rest,
    slotId: slot.id,
    slotType: slot.slotType,
    startsAt: slot.startsAt,
    nhsNumber: patient.nhsNumber,
  };
}

function shownSlot({ slot, state }: { slot: DiarySlot; state: SlotState }) {
  const { id, startsAt, endsAt, slotType, mode, session } = slot;
  return { id, startsAt, endsAt, slotType, mode, session: session.name, state };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  sendReply(response, {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body === '' ? '{}' : body);
  } catch {
    return undefined;
  }
}
