import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createClient } from 'graphql-sse';
import { Pool } from 'undici';
import { z } from 'zod';
import { deployment, deploymentServers, type Deployment, type Part } from '../deployment';
import { eventually } from '../../domain/eventually';
import { traceCollector } from '../trace-collector';
import {
  asker,
  WITHIN_A_DAY,
  CANCEL,
  checkSymptoms,
  CONFIRM,
  findOptions,
  HOLD,
  newFamilyAt,
  result,
  type Ask,
} from '../patient-journey';

const servers = deploymentServers();
if (typeof servers === 'string') console.log(`Several processes are not tried here: it ${servers}.`);

const SCHEMA = join(__dirname, '..', '..', 'schema');
const Followed = z.object({ data: z.object({ booking: z.object({ status: z.string() }) }) });
const Slot = z.object({ id: z.string(), startsAt: z.string() });

(typeof servers === 'string' ? describe.skip : describe)(
  'in several processes, on one Redis and one PostgreSQL',
  () => {
    const collector = traceCollector();
    let running: Deployment;
    let [through, throughTheOther]: Ask[] = [];
    let family: Awaited<ReturnType<typeof newFamilyAt>>;
    /** Values that no trace may hold. */
    const secrets: string[] = [];

    beforeAll(async () => {
      if (typeof servers === 'string') return;
      running = await deployment(servers, {
        OTEL_EXPORTER_OTLP_ENDPOINT: await collector.start(),
        OTEL_BSP_SCHEDULE_DELAY: '200',
        DRAIN_SECONDS: '2',
      });
      const { gateways, suppliers, dataDir } = running;
      const place = { url: gateways[0].url, dataDir, controlUrl: suppliers.url, now: () => new Date() };
      family = await newFamilyAt(place);
      through = asker(gateways[0].url, family.token);
      throughTheOther = asker(gateways[1].url, family.token);
      for (const { nhsNumber, familyName, birthDate, id } of [family.mother, family.son])
        secrets.push(nhsNumber, familyName, birthDate, id);
      secrets.push(family.token);
    });
    afterAll(async () => {
      await running.close();
      await collector.stop();
    });

    /** The last time of those offered: no rule about short notice touches it, whatever the hour. */
    async function offered(ask: Ask): Promise<string> {
      const { id } = await checkSymptoms(ask, family.son, WITHIN_A_DAY);
      const because = 'OWN_PRACTICE_TIMES_DO_NOT_SUIT';
      const { ownPractice, elsewhere } = await findOptions(ask, { id, because });
      const slots = [ownPractice, ...elsewhere].flatMap((one) => one?.slots ?? []);
      slots.sort((a, b) => a.startsAt.localeCompare(b.startsAt));
      return Slot.parse(slots.at(-1)).id;
    }
    /** Bookings for the same complaint, which the family wants to keep. */
    const booked: string[] = [];
    async function hold(ask: Ask, slotId: string) {
      const patientId = family.son.id;
      const input = { slotId, patientId, keepBookingIds: booked.slice(-10), idempotencyKey: randomUUID() };
      const held = result(await ask(HOLD, { input }));
      secrets.push(slotId, held.id!);
      return held;
    }
    async function confirm(ask: Ask, holdId: string | undefined) {
      const booking = result(
        await ask(CONFIRM, { input: { holdId, contactPhone: '01632 960001', idempotencyKey: randomUUID() } }),
      );
      secrets.push(booking.id!);
      booked.push(booking.id!);
      return booking;
    }

    test('a slot found through one gateway is held, seen as held and booked through the other', async () => {
      const slot = await offered(through!);
      const held = await hold(throughTheOther!, slot);
      expect(held.__typename).toBe('Hold');
      expect(await hold(through!, slot)).toMatchObject({ __typename: 'Hold', id: held.id });
      const booked = await confirm(through!, held.id);
      expect(booked).toMatchObject({ __typename: 'Booking', status: 'CONFIRMED' });
      const input = { bookingId: booked.id, reason: 'BOOKED_ELSEWHERE', idempotencyKey: randomUUID() };
      expect(result(await throughTheOther!(CANCEL, { input }))).toMatchObject({ status: 'CANCELLED' });
    });

    test('a booking that is followed at one gateway is told there when it is cancelled through the other', async () => {
      const held = await hold(through!, await offered(through!));
      const booking = await confirm(through!, held.id);
      const client = createClient({
        url: `${running.gateways[0].url}/graphql/follow`,
        headers: { authorization: `Bearer ${family.token}` },
      });
      const query = readFileSync(join(SCHEMA, 'operations', 'BookingById.graphql'), 'utf8');
      const states = client.iterate({ query, variables: { id: booking.id } });
      const next = async () => Followed.parse((await states.next()).value).data.booking.status;
      expect(await next()).toBe('CONFIRMED');
      const input = { bookingId: booking.id, reason: 'BOOKED_ELSEWHERE', idempotencyKey: randomUUID() };
      await throughTheOther!(CANCEL, { input });
      let told = await next();
      while (told === 'CANCELLING') told = await next();
      expect(told).toBe('CANCELLED');
      client.dispose();
    });

    test('a booking is one trace, through every process to the supplier', async () => {
      const held = await hold(through!, await offered(through!));
      await confirm(through!, held.id);
      // Apollo's executor adds spans of its own around each fetch.
      const path = /^request > (gateway\.\w+ > )*subgraph appointments > answer appointments > \S+ BOOK$/;
      await eventually('a trace leads from the request to the supplier', () =>
        collector.paths().some((names) => path.test(names.join(' > '))),
      );
    });

    test('after kill -9 of the process that took the hold, the other books it', async () => {
      const held = await hold(through!, await offered(through!));
      await running.appointments[0].end('SIGKILL');
      expect(await confirm(throughTheOther!, held.id)).toMatchObject({ status: 'CONFIRMED' });
      // The gateway in front of it says that nobody is to be sent to it, and goes on with what it can still reach.
      await eventually('the gateway in front of it is not ready', async () => {
        const { status, missing } = await readiness(running.gateways[0]);
        return status === 503 && missing.join() === 'appointments';
      });
      expect(await readiness(running.gateways[1])).toEqual({ status: 200, missing: [] });
      expect((await through!('{ dispositions { id } }')).data?.dispositions).toBeInstanceOf(Array);
    });

    test('a stopping process answers the booking that it is sending, and exits with 0', async () => {
      const held = await hold(throughTheOther!, await offered(throughTheOther!));
      await suppliersHoldBookings();
      const confirming = confirm(throughTheOther!, held.id);
      await eventually('the booking is at the supplier', async () => (await heldRequests()) === 1);
      const appointments = running.appointments[1];
      const ending = appointments.end('SIGTERM');
      await eventually('it takes no more requests', () => isClosed(appointments));
      await control('/faults/release');
      expect(await confirming).toMatchObject({ __typename: 'Booking', status: 'CONFIRMED' });
      expect(await ending).toEqual({ code: 0, signal: null });
    });

    test('a stopping gateway ends the connection of a client that goes on sending', async () => {
      const [gateway] = running.gateways;
      const client = new Pool(gateway.url, { connections: 1, pipelining: 1 });
      const ask = async () => {
        const { statusCode, headers, body } = await client.request({ path: '/health/live', method: 'GET' });
        await body.dump();
        return { statusCode, connection: headers.connection };
      };
      expect(await ask()).toEqual({ statusCode: 200, connection: 'keep-alive' });
      const ending = gateway.end('SIGTERM');
      await eventually('its connection is ended, with an answer', async () => {
        const { statusCode, connection } = await ask();
        expect(statusCode).toBe(200);
        return connection === 'close';
      });
      const { statusCode, body } = await client.request({ path: '/health/ready', method: 'GET' });
      expect({ statusCode, body: await body.json() }).toEqual({
        statusCode: 503,
        body: { status: 'stopping', missing: [] },
      });
      expect(await ending).toEqual({ code: 0, signal: null });
      await client.close();
    });

    test('all that were traced name nobody, and each process ends well', async () => {
      const { gateways, triage, practices, suppliers } = running;
      const exits = await Promise.all(
        [...gateways, triage, practices, suppliers].map((part) => part.end('SIGTERM')),
      );
      expect(exits).toEqual(exits.map(() => ({ code: 0, signal: null })));
      // Each has sent what it had left.
      const received = collector.received();
      expect(secrets.filter((secret) => received.includes(secret))).toEqual([]);
      expect(secrets.length).toBeGreaterThan(15);
    });

    async function readiness({ url }: Part) {
      const response = await fetch(`${url}/health/ready`);
      const { missing } = z.object({ missing: z.array(z.string()) }).parse(await response.json());
      return { status: response.status, missing };
    }

    /** Checks that a new connection is refused: one that is kept may still be served. */
    function isClosed({ url }: Part): Promise<boolean> {
      return new Promise((resolve) => {
        const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
          socket.destroy();
          resolve(false);
        });
        socket.once('error', () => resolve(true));
      });
    }

    async function suppliersHoldBookings(): Promise<void> {
      for (const supplier of ['emis', 'tpp', 'gp-connect', 'bars'])
        await control('/faults', { supplier, operation: 'BOOK', times: 1, fault: { kind: 'held' } });
    }

    async function heldRequests(): Promise<number> {
      const response = await fetch(`${running.suppliers.url}/faults/held`);
      return z.object({ held: z.number() }).parse(await response.json()).held;
    }

    async function control(path: string, body?: object): Promise<void> {
      const response = await fetch(`${running.suppliers.url}${path}`, {
        method: 'POST',
        body: JSON.stringify(body ?? {}),
      });
      expect(response.status).toBe(200);
    }
  },
);
