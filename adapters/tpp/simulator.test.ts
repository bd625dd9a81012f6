import pino from 'pino';
import { CalendarDate } from '../../domain/london-time';
import { syntheticNhsNumber } from '../../domain/nhs-number';
import { OdsCode } from '../../domain/ods-code';
import { type RunningSimulators, startSimulators } from '../simulator/start-simulators';

/** Checks the bytes that the simulated supplier sends against the published facts in README.md. */
const NOON = new Date('2026-07-01T11:00:00Z');
const FREED = [new Date('2026-07-01T12:00:00Z'), new Date('2026-07-01T14:00:00Z')] as const;

interface LoggedOn {
  practice: OdsCode;
  patientId: string;
  suid: string;
}

interface Found {
  sessionId: string;
  startDate: string;
  endDate: string;
}

describe('the simulated TPP-style supplier', () => {
  let running: RunningSimulators;
  const clock = { now: NOON };
  let serial = 600_000;
  beforeAll(async () => {
    running = await startSimulators({ now: () => clock.now, logger: pino({ level: 'silent' }) });
  });
  beforeEach(() => {
    clock.now = NOON;
  });
  afterAll(() => running.close());

  async function send(type: string, body: string, headers: Record<string, string> = {}) {
    const response = await fetch(running.urls.tpp, { method: 'POST', headers: { type, ...headers }, body });
    const text = await response.text();
    return { status: response.status, suid: response.headers.get('suid'), text };
  }

  const attributes = (values: Record<string, string>) =>
    Object.entries(values)
      .map(([name, value]) => ` ${name}="${value}"`)
      .join('');

  const authenticate = (practice: string, accountId: string, passphrase: string) =>
    send(
      'Authenticate',
      `<Authenticate apiVersion="1" uuid="u" unitId="${practice}" accountId="${accountId}" passphrase="${passphrase}">` +
        '<Application name="a" version="1" providerId="p" deviceType="d"/></Authenticate>',
    );

  function register(practice = OdsCode.parse(`T${serial++}`)) {
    const userId = `user-${serial++}`;
    const { id } = running.diary.registerPatient(practice, {
      nhsNumber: syntheticNhsNumber(serial * 10),
      familyName: '"Example" & <Sons>',
      givenName: 'Zoë',
      birthDate: CalendarDate.parse('1990-05-05'),
      linkage: { userId, key: 'secret' },
    });
    return { practice, userId, patientId: id };
  }

  async function logOn(at?: OdsCode): Promise<LoggedOn> {
    const { practice, userId, patientId } = register(at);
    const { suid } = await authenticate(practice, userId, 'secret');
    return { practice, patientId, suid: suid! };
  }

  const ask = (on: LoggedOn, message: string, values: Record<string, string> = {}) => {
    const { practice: unitId, patientId } = on;
    const about = { apiVersion: '1', uuid: 'u', unitId, patientId, onlineUserId: patientId, ...values };
    return send(message, `<${message}${attributes(about)}/>`, { suid: on.suid });
  };
  const list = (on: LoggedOn, day = '2026-07-01', numberOfDays = '1') =>
    ask(on, 'ListSlots', { startDate: `${day}T00:00:00.0Z`, numberOfDays });

  function found(text: string): Found[] {
    return [...text.matchAll(/<Session sessionId="([^"]+)"[^>]*>(.*?)<\/Session>/g)].flatMap(
      ([, sessionId, inside]) =>
        [...inside!.matchAll(/<Slot startDate="([^"]+)" endDate="([^"]+)"/g)].map(
          ([, startDate, endDate]) => ({
            sessionId: sessionId!,
            startDate: startDate!,
            endDate: endDate!,
          }),
        ),
    );
  }

  /** A patient logged on, and one of the slots of two hours that the desk has left free. */
  async function ready() {
    const on = await logOn();
    running.diary.deskFrees(on.practice, ...FREED);
    const slots = found((await list(on)).text).filter(
      ({ startDate, endDate }) =>
        startDate >= '2026-07-01T13:00:00.0Z' && endDate <= '2026-07-01T15:00:00.0Z',
    );
    return { on, slots, slot: slots[0]! };
  }
  const book = (on: LoggedOn, slot: Found) => ask(on, 'BookAppointment', { ...slot, notes: 'A rash' });
  async function booked() {
    const { on, slot, slots } = await ready();
    await book(on, slot);
    const { text } = await ask(on, 'ViewAppointments');
    return { on, slot, slots, apptId: /apptId="([^"]+)"/.exec(text)![1]! };
  }

  /** Errors come with HTTP 200, in place of the reply. */
  const error = (code: string) => ({
    status: 200,
    text: expect.stringMatching(
      new RegExp(`^<Error errorCode="${code}" userFriendlyMessage="[^"]+" uuid="[^"]+"/>$`),
    ) as unknown,
  });

  describe('logging on', () => {
    it('gives the session in the suid header, and the patient in the reply', async () => {
      const { practice, userId, patientId } = register();
      const { status, suid, text } = await authenticate(practice, userId, 'secret');
      expect([status, suid]).toEqual([200, expect.stringMatching(/^[-0-9a-f]{36}$/)]);
      expect(text).toMatch(
        new RegExp(`^<AuthenticateReply patientId="${patientId}" onlineUserId="${patientId}" uuid="[^"]+">`),
      );
      expect(text).toContain(`<Registration unitId="${practice}"/>`);
    });

    it('writes names with what XML and accents need', async () => {
      const { practice, userId } = register();
      const { text } = await authenticate(practice, userId, 'secret');
      expect(text).toContain('<PersonName name="Zoë &quot;Example&quot; &amp; &lt;Sons&gt;"/>');
    });

    it('answers 9 to a wrong passphrase, and gives no session', async () => {
      const { practice, userId } = register();
      expect(await authenticate(practice, userId, 'wrong')).toEqual({ ...error('9'), suid: null });
    });

    it('answers 9 to somebody linked to another practice', async () => {
      const { userId } = register();
      expect(await authenticate('T00001', userId, 'secret')).toMatchObject(error('9'));
    });

    it('answers 3 to a booking and 5 to all else once the session has ended', async () => {
      const { on, slot } = await ready();
      running.expireSessions('tpp');
      expect(await book(on, slot)).toMatchObject(error('3'));
      for (const message of ['ListSlots', 'ViewAppointments', 'CancelAppointment'])
        expect(await ask(on, message)).toMatchObject(error('5'));
      expect(running.diary.appointments({ practice: on.practice })).toEqual([]);
    });

    it('ends a session that is logged off', async () => {
      const on = await logOn();
      expect((await ask(on, 'Logoff')).text).toMatch(/^<LogoffReply /);
      expect(await list(on)).toMatchObject(error('5'));
    });

    it('serves nobody but the patient of the session', async () => {
      const on = await logOn();
      const { patientId } = await logOn(on.practice);
      expect(await ask({ ...on, patientId }, 'ViewAppointments')).toMatchObject(error('5'));
    });

    it('refuses a message that its header does not name, that is no XML, or that declares a document type', async () => {
      expect(await send('ListSlots', '<Logoff/>')).toMatchObject(error('1'));
      expect(await send('Logoff', '<Logoff>')).toMatchObject(error('1'));
      expect(await send('Logoff', '<!DOCTYPE a [<!ENTITY b "c">]><Logoff/>')).toMatchObject(error('1'));
    });
  });

  describe('searching', () => {
    it('names slots by session and times, without any id', async () => {
      const { on } = await ready();
      const { text } = await list(on);
      expect(text).toMatch(
        /^<ListSlotsReply patientId="[^"]+" onlineUserId="[^"]+" bookableDays="28" uuid="/,
      );
      expect(text).toMatch(
        /<Session sessionId="[0-9a-f]+" type="111 clinic" staffDetails="[^"]*" location="Main surgery">/,
      );
      expect(text).toMatch(/<Slot startDate="[^"]+" endDate="[^"]+" type="111 urgent"\/>/);
      expect(text).not.toMatch(/slotId|channel|gender=|role=/i);
    });

    it('writes local time under a Z that is a literal', async () => {
      const { slots } = await ready();
      const starts = slots.map(({ startDate }) => startDate).sort();
      // 12:00 UTC is 13:00 in London in July.
      expect(starts[0]).toBe('2026-07-01T13:00:00.0Z');
      expect(starts).toHaveLength(24);
    });

    it('names the practice’s own horizon, and lists nothing beyond it', async () => {
      const on = await logOn();
      running.diary.configure(on.practice, { horizonDays: 3 });
      running.diary.deskFrees(on.practice, NOON, new Date('2026-07-06T00:00:00Z'));
      const { text } = await list(on, '2026-07-01', '14');
      expect(text).toContain('bookableDays="3"');
      const ends = found(text)
        .map(({ endDate }) => endDate)
        .sort();
      expect(ends.at(-1)).toBe('2026-07-04T12:00:00.0Z');
    });

    it.each([
      ['23 hours in spring', '2026-03-29', '2026-03-29T01', 0],
      ['25 hours in autumn', '2026-10-25', '2026-10-25T01', 24],
    ])('covers a day of %s', async (_, day, hour, count) => {
      clock.now = new Date(new Date(day).getTime() - 86_400_000);
      const on = await logOn();
      running.diary.deskFrees(on.practice, clock.now, new Date(new Date(day).getTime() + 86_400_000));
      const starts = found((await list(on, day)).text).map(({ startDate }) => startDate);
      expect(starts.filter((start) => start.startsWith(hour))).toHaveLength(count);
      expect(starts.filter((start) => start.startsWith(`${day}T12`))).toHaveLength(12);
    });

    it('answers a reply without sessions where nothing is free', async () => {
      const on = await logOn();
      running.diary.deskTakes(on.practice, NOON, new Date('2026-07-02T00:00:00Z'));
      expect((await list(on)).text).toMatch(/^<ListSlotsReply [^>]+\/>$/);
    });
  });

  describe('booking', () => {
    it('answers with the practice’s text, and no id of the appointment', async () => {
      const { on, slot } = await ready();
      const { status, text } = await book(on, slot);
      expect(status).toBe(200);
      expect(text).toMatch(
        /^<BookAppointmentReply patientId="[^"]+" onlineUserId="[^"]+" message="[^"]+" uuid="[^"]+"\/>$/,
      );
    });

    it('answers 1103 for a slot that is booked', async () => {
      const { on, slot } = await booked();
      expect(await book(await logOn(on.practice), slot)).toMatchObject(error('1103'));
    });

    it('gives one slot to one of ten who want it at once', async () => {
      const { on, slot } = await ready();
      const replies = await Promise.all(Array.from({ length: 10 }, () => book(on, slot)));
      const inWords = ({ text }: { text: string }) =>
        /^<BookAppointmentReply|errorCode="1103"/.exec(text)?.[0] ?? text;
      expect(replies.map(inWords).sort()).toEqual([
        '<BookAppointmentReply',
        ...Array<string>(9).fill('errorCode="1103"'),
      ]);
      expect(running.diary.appointments({ practice: on.practice })).toHaveLength(1);
    });

    it.each([
      ['another session', { sessionId: 'ffff' }],
      ['another end', { endDate: '2026-07-01T13:11:00.0Z' }],
      ['an offset in place of the Z', { startDate: '2026-07-01T13:00:00+01:00' }],
    ])('answers 1102 for a key with %s', async (_, change) => {
      const { on, slots } = await ready();
      const first = slots.find(({ startDate }) => startDate === '2026-07-01T13:00:00.0Z')!;
      expect(await book(on, { ...first, ...change })).toMatchObject(error('1102'));
    });

    it('answers 5 for a start in the past', async () => {
      const { on, slot } = await ready();
      clock.now = new Date('2026-07-01T17:00:00Z');
      expect(await book(on, slot)).toMatchObject(error('5'));
    });

    it('answers 7 where the patient has as many as allowed', async () => {
      const { on, slots } = await booked();
      running.diary.configure(on.practice, { bookingLimit: 1 });
      expect(await book(on, slots[1]!)).toMatchObject(error('7'));
    });
  });

  describe('viewing and cancelling', () => {
    it('shows the appointment with an id and the key of its slot', async () => {
      const { on, slot, apptId } = await booked();
      const { text } = await ask(on, 'ViewAppointments');
      expect(text).toMatch(/^<ViewAppointmentsReply patientId="/);
      expect(text).toContain(`<Appointment${attributes({ apptId, ...slot })} details="`);
    });

    it('cancels, frees the slot, and shows it no more', async () => {
      const { on, slot, apptId } = await booked();
      expect((await ask(on, 'CancelAppointment', { apptId })).text).toMatch(/^<CancelAppointmentReply /);
      expect((await ask(on, 'ViewAppointments')).text).toMatch(/^<ViewAppointmentsReply [^>]+\/>$/);
      expect(found((await list(on)).text)).toContainEqual(slot);
    });

    it('answers 40 within one hour of the start, and not a moment before', async () => {
      const { on, slot, apptId } = await booked();
      const start = new Date(`${slot.startDate.slice(0, 19)}+01:00`).getTime();
      clock.now = new Date(start - 3_599_999);
      expect(await ask(on, 'CancelAppointment', { apptId })).toMatchObject(error('40'));
      clock.now = new Date(start - 3_600_000);
      expect((await ask(on, 'CancelAppointment', { apptId })).text).toMatch(/^<CancelAppointmentReply /);
    });

    it('answers 5 once the appointment has begun', async () => {
      const { on, apptId } = await booked();
      clock.now = new Date('2026-07-01T17:00:00Z');
      expect(await ask(on, 'CancelAppointment', { apptId })).toMatchObject(error('5'));
    });

    it('cancels nobody else’s appointment', async () => {
      const { on, apptId } = await booked();
      const other = await logOn(on.practice);
      expect(await ask(other, 'CancelAppointment', { apptId })).toMatchObject(error('1'));
      expect(running.diary.appointment(on.practice, apptId)).toMatchObject({ status: 'BOOKED' });
    });
  });

  it('gives every reply a uuid of its own', async () => {
    const on = await logOn();
    const uuids = [await list(on), await list(on)].map(({ text }) => /uuid="([^"]+)"/.exec(text)![1]);
    expect(new Set(uuids).size).toBe(2);
  });
});
