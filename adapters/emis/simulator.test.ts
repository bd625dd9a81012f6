import pino from 'pino';
import { z } from 'zod';
import { CalendarDate } from '../../domain/london-time';
import { syntheticNhsNumber } from '../../domain/nhs-number';
import { OdsCode } from '../../domain/ods-code';
import { type RunningSimulators, startSimulators } from '../simulator/start-simulators';

/** Checks the bytes that the simulated supplier sends against the published facts in README.md. */
const NOON = new Date('2026-07-01T11:00:00Z');
const APPLICATION = { 'x-api-applicationid': 'application', 'x-api-version': '2.1.0.0' };
const EndUserSession = z.strictObject({ EndUserSessionId: z.string() });
const Session = z.object({
  SessionId: z.string(),
  UserPatientLinks: z.array(z.object({ AssociationType: z.string(), UserPatientLinkToken: z.string() })),
});
const Slots = z.strictObject({
  Sessions: z.array(
    z.strictObject({
      SessionDate: z.string(),
      SessionId: z.number(),
      Slots: z.array(
        z.strictObject({
          SlotId: z.number(),
          StartTime: z.string(),
          EndTime: z.string(),
          SlotTypeName: z.string(),
          SlotTypeStatus: z.enum(['Practice', 'Telephone', 'Video']),
          TelephoneNumber: z.null(),
        }),
      ),
    }),
  ),
});
const Meta = z.object({
  Locations: z.array(z.object({ LocationId: z.number(), LocationName: z.string() })),
  SessionHolders: z.array(z.object({ ClinicianId: z.number(), DisplayName: z.string() })),
  Sessions: z.array(
    z.object({
      SessionId: z.number(),
      SessionName: z.string(),
      LocationId: z.number(),
      SessionType: z.literal('Timed'),
      ClinicianIds: z.array(z.number()),
    }),
  ),
});

const SOME_TEXT: unknown = expect.any(String);
const containing = (part: string): unknown => expect.stringContaining(part);

interface LoggedOn {
  practice: OdsCode;
  link: string;
  headers: Record<string, string>;
}

describe('the simulated EMIS-style supplier', () => {
  let running: RunningSimulators;
  const clock = { now: NOON };
  let serial = 500_000;
  beforeAll(async () => {
    running = await startSimulators({ now: () => clock.now, logger: pino({ level: 'silent' }) });
  });
  beforeEach(() => {
    clock.now = NOON;
  });
  afterAll(() => running.close());

  async function send(method: string, path: string, headers: Record<string, string>, body?: object) {
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(running.urls.emis + path, init);
    const text = await response.text();
    return { status: response.status, type: response.headers.get('content-type'), text };
  }

  async function endUserSession(): Promise<Record<string, string>> {
    const { text } = await send('POST', '/sessions/endusersession', APPLICATION);
    return {
      ...APPLICATION,
      'x-api-endusersessionid': EndUserSession.parse(JSON.parse(text)).EndUserSessionId,
    };
  }

  async function logOn(practice = OdsCode.parse(`E${serial++}`)): Promise<LoggedOn> {
    const userId = `user-${serial++}`;
    running.diary.registerPatient(practice, {
      nhsNumber: syntheticNhsNumber(serial * 10),
      familyName: 'Example',
      givenName: 'Zoë',
      birthDate: CalendarDate.parse('1990-05-05'),
      linkage: { userId, key: 'key' },
      phone: '07700 900321',
    });
    const headers = await endUserSession();
    const identity = { AccessIdentityGuid: userId, NationalPracticeCode: practice };
    const { text } = await send('POST', '/sessions', headers, identity);
    const { SessionId, UserPatientLinks } = Session.parse(JSON.parse(text));
    const link = UserPatientLinks.find(({ AssociationType }) => AssociationType === 'Self')!;
    return {
      practice,
      link: link.UserPatientLinkToken,
      headers: { ...headers, 'x-api-sessionid': SessionId },
    };
  }

  const get = ({ headers, link }: LoggedOn, path: string, query: Record<string, string> = {}) =>
    send(
      'GET',
      `${path}?${new URLSearchParams({ userPatientLinkToken: link, ...query }).toString()}`,
      headers,
    );
  const book = ({ headers, link }: LoggedOn, SlotId: number, rest: object = {}) =>
    send('POST', '/appointments', headers, {
      UserPatientLinkToken: link,
      SlotId,
      TelephoneNumber: '1',
      ...rest,
    });
  const cancel = ({ headers, link }: LoggedOn, SlotId: number) =>
    send('DELETE', '/appointments', headers, {
      UserPatientLinkToken: link,
      SlotId,
      CancellationReason: 'no longer required',
    });

  async function slots(on: LoggedOn, fromDateTime: string, toDateTime: string) {
    const { text } = await get(on, '/appointmentslots', { fromDateTime, toDateTime });
    return Slots.parse(JSON.parse(text)).Sessions.flatMap((session) => session.Slots);
  }
  const FREED = [new Date('2026-07-01T12:00:00Z'), new Date('2026-07-01T14:00:00Z')] as const;

  /** A patient logged on, and the slots of two hours that the desk has left free. */
  async function ready() {
    const on = await logOn();
    running.diary.deskFrees(on.practice, ...FREED);
    const free = await slots(on, '2026-07-01T13:00:00', '2026-07-01T15:00:00');
    const slot = (type: string) => free.find(({ SlotTypeStatus }) => SlotTypeStatus === type)!.SlotId;
    return { on, free, slot: slot('Practice'), telephone: slot('Telephone') };
  }

  describe('logging on', () => {
    it('names the patient’s own link beside one by proxy, and no identity beyond the name', async () => {
      const practice = OdsCode.parse('E81001');
      const { headers } = await logOn(practice);
      const userId = `user-${serial - 1}`;
      const reply = await send('POST', '/sessions', headers, {
        AccessIdentityGuid: userId,
        NationalPracticeCode: practice,
      });
      expect(reply).toMatchObject({ status: 200, type: 'application/json' });
      expect(JSON.parse(reply.text)).toEqual({
        SessionId: SOME_TEXT,
        FirstName: 'Zoë',
        Surname: 'Example',
        LastAccessTime: '2026-07-01T12:00:00',
        ApplicationLinkLevel: 'Linked',
        UserPatientLinks: ['Proxy', 'Self'].map((AssociationType) => ({
          AssociationType,
          UserPatientLinkToken: SOME_TEXT,
          NationalPracticeCode: practice,
        })),
      });
    });

    it('answers −1104 to an identity it does not know at that practice', async () => {
      const { practice } = await logOn();
      const identity = { AccessIdentityGuid: `user-${serial - 1}`, NationalPracticeCode: practice };
      const elsewhere = { ...identity, NationalPracticeCode: 'E00001' };
      const reply = await send('POST', '/sessions', await endUserSession(), elsewhere);
      expect(reply).toMatchObject({ status: 400, text: containing('-1104') });
    });

    it('refuses an application that does not name itself and its version', async () => {
      for (const name of Object.keys(APPLICATION)) {
        const reply = await send('POST', '/sessions/endusersession', { ...APPLICATION, [name]: '' });
        expect(reply.status).toBe(400);
      }
    });

    it('tells an expired session by 401 and by a body of one fixed text, in turn', async () => {
      const on = await logOn();
      running.expireSessions('emis');
      const replies = [await get(on, '/appointments'), await get(on, '/appointments')];
      expect(replies.map(({ status, text }) => `${status} ${text}`).sort()).toEqual([
        '401 ',
        '500 Unauthorised',
      ]);
    });

    it('takes a session only with the end-user session that it belongs to', async () => {
      const on = await logOn();
      const other = await endUserSession();
      const mixed = { ...on, headers: { ...on.headers, ...other } };
      expect((await get(mixed, '/appointments')).text).not.toContain('Appointments');
    });

    it('takes the link token of that session only', async () => {
      const on = await logOn();
      const { link } = await logOn(on.practice);
      const reply = await get({ ...on, link }, '/appointments');
      expect(reply).toMatchObject({ status: 400, text: containing('-1014') });
    });
  });

  describe('searching', () => {
    it('joins slots and meta on the session', async () => {
      const { on, free } = await ready();
      const range = { sessionStartDate: '2026-07-01T13:00:00', sessionEndDate: '2026-07-01T15:00:00' };
      const meta = Meta.parse(JSON.parse((await get(on, '/appointmentslots/meta', range)).text));
      expect(free).toHaveLength(24);
      expect(meta.Sessions.map(({ SessionName }) => SessionName).sort()).toEqual([
        '111 clinic',
        'General clinic',
      ]);
      const clinicians = meta.SessionHolders.map(({ ClinicianId }) => ClinicianId);
      for (const { ClinicianIds, LocationId } of meta.Sessions) {
        expect(clinicians).toEqual(expect.arrayContaining(ClinicianIds));
        expect(meta.Locations.map((location) => location.LocationId)).toContain(LocationId);
      }
    });

    it('lists free slots only, wholly inside the range, and says nothing of the others', async () => {
      const { on, slot } = await ready();
      await book(on, slot);
      const left = await slots(on, '2026-07-01T13:00:00', '2026-07-01T15:00:00');
      expect(left).toHaveLength(23);
      expect(left.map(({ SlotId }) => SlotId)).not.toContain(slot);
      expect(await slots(on, '2026-07-01T13:05:00', '2026-07-01T13:19:59')).toEqual([]);
    });

    it('writes summer times as the clock on the wall shows them, without offset', async () => {
      const { free } = await ready();
      expect(free.map(({ StartTime }) => StartTime).sort()[0]).toBe('2026-07-01T13:00:00');
      expect(
        free
          .map(({ EndTime }) => EndTime)
          .sort()
          .at(-1),
      ).toBe('2026-07-01T15:00:00');
    });

    it('shows the repeated hour of autumn twice in the same words', async () => {
      clock.now = new Date('2026-10-24T11:00:00Z');
      const on = await logOn();
      running.diary.deskFrees(
        on.practice,
        new Date('2026-10-25T00:00:00Z'),
        new Date('2026-10-25T02:00:00Z'),
      );
      const starts = (await slots(on, '2026-10-25T01:00:00', '2026-10-25T02:00:00')).map(
        ({ StartTime }) => StartTime,
      );
      expect(starts.filter((start) => start === '2026-10-25T01:30:00')).toHaveLength(4);
    });

    it('shows no time in the missing hour of spring', async () => {
      clock.now = new Date('2026-03-28T12:00:00Z');
      const on = await logOn();
      running.diary.deskFrees(
        on.practice,
        new Date('2026-03-29T00:00:00Z'),
        new Date('2026-03-29T02:00:00Z'),
      );
      const found = await slots(on, '2026-03-29T00:00:00', '2026-03-29T03:00:00');
      expect(found).toHaveLength(24);
      expect(found.filter(({ StartTime }) => StartTime.startsWith('2026-03-29T01'))).toEqual([]);
    });

    it('answers no sessions where nothing is free', async () => {
      const on = await logOn();
      running.diary.deskTakes(on.practice, ...FREED);
      expect(await slots(on, '2026-07-01T13:00:00', '2026-07-01T15:00:00')).toEqual([]);
    });

    it('says that the practice takes appointments, and the patient’s telephone number', async () => {
      const on = await logOn();
      const settings = await get(on, `/practices/${on.practice}/settings`);
      expect(JSON.parse(settings.text)).toMatchObject({
        Services: { AppointmentsSupported: true },
        InputRequirements: { AppointmentBookingReason: 'RequestedOptional' },
      });
      expect((await get(on, '/demographics')).text).toContain('"MobileNumber":"07700 900321"');
    });
  });

  describe('booking', () => {
    it('says that the booking was created, and gives it no id', async () => {
      const { on, slot } = await ready();
      expect(await book(on, slot)).toEqual({
        status: 200,
        type: 'application/json',
        text: '{"BookingCreated":true}',
      });
    });

    it('answers 409 with an empty body for a slot that is taken', async () => {
      const { on, slot } = await ready();
      await book(on, slot);
      expect(await book(await logOn(on.practice), slot)).toMatchObject({ status: 409, text: '' });
    });

    it('gives one slot to one of ten who want it at once', async () => {
      const { on, slot } = await ready();
      const replies = await Promise.all(Array.from({ length: 10 }, () => book(on, slot)));
      expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(409)]);
      expect(running.diary.appointments({ practice: on.practice })).toHaveLength(1);
    });

    it.each([
      ['in the past', '-1152', '2026-07-01T17:00:00Z'],
      ['beyond the days which the practice allows', '-1154', '2026-05-01T11:00:00Z'],
    ])('answers 400 and the code for a slot %s', async (_, code, at) => {
      const { on, slot } = await ready();
      clock.now = new Date(at);
      const { status, text } = await book(on, slot);
      expect([status, JSON.parse(text)]).toEqual([
        400,
        { InternalResponseCode: Number(code), InternalResponseMessage: SOME_TEXT },
      ]);
    });

    it.each([
      ['a slot that there is not', 'not found', { SlotId: 9_000_499 }],
      ['a telephone slot without a number', 'TelephoneNumber', { TelephoneNumber: undefined }],
    ])('answers 500 with the meaning in the text only for %s', async (_, message, change) => {
      const { on, telephone } = await ready();
      const { status, text } = await book(on, telephone, change);
      expect(status).toBe(500);
      expect(JSON.parse(text)).toEqual({
        Exceptions: [
          {
            ExceptionId: SOME_TEXT,
            IsRootException: true,
            Message: containing(message),
          },
        ],
        InternalResponseCode: -1002,
      });
    });

    it('names the number of the booking limit in the text only', async () => {
      const { on, free } = await ready();
      running.diary.configure(on.practice, { bookingLimit: 2 });
      for (const { SlotId } of free.slice(0, 2)) expect((await book(on, SlotId)).status).toBe(200);
      const { status, text } = await book(on, free[2]!.SlotId);
      expect([status, text]).toEqual([500, containing('limited for you to 2 by the practice')]);
    });

    it('answers −1014 where a field is missing', async () => {
      const { on, slot } = await ready();
      const { status, text } = await book(on, slot, { UserPatientLinkToken: undefined });
      expect([status, text]).toEqual([400, containing('-1014')]);
    });
  });

  describe('listing and cancelling', () => {
    it('lists the appointment under its slot, with the same lists as a search', async () => {
      const { on, slot, free } = await ready();
      await book(on, slot, { BookingReason: 'A rash' });
      const { StartTime, EndTime, SlotTypeName } = free.find(({ SlotId }) => SlotId === slot)!;
      const list: unknown = JSON.parse((await get(on, '/appointments')).text);
      expect(list).toMatchObject({
        Appointments: [
          {
            SlotId: slot,
            StartTime,
            EndTime,
            SlotTypeName,
            SlotTypeStatus: 'Practice',
            BookingDate: '2026-07-01T12:00:00',
            BookingReason: 'A rash',
            BookingMethod: 'PatientFacingServices',
          },
        ],
      });
      expect(Meta.parse(list).Sessions).toHaveLength(1);
    });

    it('cancels by a DELETE with a body, frees the slot, and lists it no more', async () => {
      const { on, slot } = await ready();
      await book(on, slot);
      expect((await cancel(on, slot)).status).toBe(200);
      expect(JSON.parse((await get(on, '/appointments')).text)).toMatchObject({ Appointments: [] });
      expect((await book(await logOn(on.practice), slot)).status).toBe(200);
    });

    it('answers 404 where the patient has no such appointment', async () => {
      const { on, slot } = await ready();
      await book(await logOn(on.practice), slot);
      expect(await cancel(on, slot)).toMatchObject({ status: 404, text: '' });
    });

    it('answers −1152 where the appointment is over', async () => {
      const { on, slot } = await ready();
      await book(on, slot);
      clock.now = new Date('2026-07-01T17:00:00Z');
      expect(await cancel(on, slot)).toMatchObject({ status: 400, text: containing('-1152') });
    });
  });
});
