import nock from 'nock';
import { CalendarDate } from '../../domain/london-time';
import { manualTimers } from '../../domain/manual-timers';
import { syntheticNhsNumber } from '../../domain/nhs-number';
import { OdsCode } from '../../domain/ods-code';
import type { BookCommand, Call } from '../gp-system';
import type { Context } from '../adapter';
import { gpSystemAt } from '../conformance/gp-system-at';
import { tpp } from './tpp';
import { bookRefusalOf, isLoggedOff } from './tpp.outcomes';
import { ListSlotsReply, slotsOf } from './tpp.replies';
import { readXml, xmlElement } from '../xml/xml';

const practice = OdsCode.parse('B86030');
const NOON = new Date('2026-07-01T11:00:00Z');
const KEY = 'sessionId="7f3a" startDate="2026-07-01T14:10:00.0Z" endDate="2026-07-01T14:20:00.0Z"';
const SLOTS = `<ListSlotsReply patientId="p1" onlineUserId="p1" uuid="u" bookableDays="28">
  <Session sessionId="7f3a" type="111 clinic" staffDetails="Dr A O&apos;Example (Female)" location="">
    <Slot startDate="2026-07-01T14:10:00.0Z" endDate="2026-07-01T14:20:00.0Z" type="111 urgent"/>
    <Slot startDate="2026-07-01T14:20:00.0Z" endDate="2026-07-01T14:30:00.0Z" type="111 urgent"/>
  </Session>
  <Session sessionId="7f3a" type="111 clinic" staffDetails="" location="Telephone">
    <Slot startDate="2026-07-01T14:30:00.0Z" endDate="2026-07-01T14:40:00.0Z" type="111 urgent"/>
  </Session></ListSlotsReply>`;
const slots = (xml: string) => slotsOf(ListSlotsReply.parse(readXml(xml)!.value), practice);

describe('the mapping of TPP-style slots', () => {
  it('reads local time under the false Z, and gives slots of one session ids of their own', () => {
    const [first, second, third] = slots(SLOTS);
    expect(first).toEqual({
      practice,
      id: '7f3a/2026-07-01T14:10:00.0Z/2026-07-01T14:20:00.0Z',
      startsAt: new Date('2026-07-01T13:10:00Z'),
      endsAt: new Date('2026-07-01T13:20:00Z'),
      mode: 'IN_PERSON',
      slotType: '111 urgent',
      sessionName: '111 clinic',
      clinicianName: "Dr A O'Example (Female)",
      supplierData: JSON.stringify({
        sessionId: '7f3a',
        startDate: '2026-07-01T14:10:00.0Z',
        endDate: '2026-07-01T14:20:00.0Z',
      }),
    });
    expect(second!.id).not.toBe(first!.id);
    expect(third).toMatchObject({ mode: 'TELEPHONE', clinicianName: undefined });
  });

  it('reads Z as it stands in winter', () => {
    const [winter] = slots(SLOTS.replaceAll('2026-07-01', '2026-12-01'));
    expect(winter!.startsAt).toEqual(new Date('2026-12-01T14:10:00Z'));
  });

  it.each(['2026-10-25T01', '2026-03-29T01'])('leaves out slots at %s, which is no one instant', (hour) => {
    expect(slots(SLOTS.replaceAll('2026-07-01T14', hour))).toEqual([]);
  });

  it('reads a reply without sessions', () => {
    expect(slots('<ListSlotsReply bookableDays="28"/>')).toEqual([]);
  });
});

describe('TPP-style error codes', () => {
  const failure = (errorCode: string, userFriendlyMessage = '') => ({ errorCode, userFriendlyMessage });

  it('tells the two meanings of code 5 apart', () => {
    expect(bookRefusalOf(failure('5', 'The start date is in the past'))).toBe('SLOT_IN_PAST');
    expect(isLoggedOff('BookAppointment', failure('5', 'The start date is in the past'))).toBe(false);
    expect(isLoggedOff('ListSlots', failure('5', 'Invalid provider id'))).toBe(true);
    expect(isLoggedOff('BookAppointment', failure('5', 'You are not logged in'))).toBe(true);
    expect(bookRefusalOf(failure('5', 'words never seen'))).toBeUndefined();
  });

  it.each([
    ['1102', 'SLOT_NOT_FOUND'],
    ['1103', 'SLOT_TAKEN'],
    ['7', 'BOOKING_LIMIT_REACHED'],
    ['6', 'NOT_PERMITTED'],
    ['0', undefined],
    ['777', undefined],
  ])('takes %s at booking for %s', (code, refusal) => {
    expect(bookRefusalOf(failure(code))).toBe(refusal);
  });
});

describe('XML as this supplier writes it', () => {
  it.each([
    ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['an element left open', '<ListSlotsReply><Session>'],
    ['no XML', 'nothing'],
    ['nothing', ''],
  ])('is refused with %s', (_, text) => {
    expect(readXml(text)).toBeNull();
  });

  it('survives its own writing', () => {
    const text = 'A <rash> & "fever": d’Arcy 発疹';
    const read = readXml(xmlElement('A', { text, none: undefined }, [xmlElement('B', {})]));
    expect(read).toEqual({ root: 'A', value: { text, B: [''] } });
  });
});

const call = (): Call => ({
  signal: new AbortController().signal,
  deadline: Number.POSITIVE_INFINITY,
  requestId: 'request-1',
});
const patient = {
  nhsNumber: syntheticNhsNumber(12),
  familyName: 'Example',
  givenName: 'Ada',
  birthDate: CalendarDate.parse('1990-05-05'),
  linkage: { practice, userId: 'account', key: 'passphrase' },
};
const slot = slots(SLOTS)[0]!;
const command: BookCommand = {
  attemptId: 'a',
  marker: 'm',
  slot,
  patient,
  actor: { kind: 'PATIENT', id: 'p' },
  reason: 'A rash',
};
const LOGGED_ON = '<AuthenticateReply patientId="p1" onlineUserId="o1" uuid="u"><User/></AuthenticateReply>';

describe('a TPP-style exchange, as recorded', () => {
  const host = 'https://tpp.invalid';
  const system = () => gpSystemAt('tpp', host, () => NOON, manualTimers());
  const message = (type: string, suid: string | undefined, body: RegExp) =>
    nock(host, { reqheaders: { type, ...(suid && { suid }) } }).post('/', body);
  const loggingOn = (suid: string) =>
    message(
      'Authenticate',
      undefined,
      /accountId="account" passphrase="passphrase" unitId="B86030"><Application /,
    ).reply(200, LOGGED_ON, { suid });

  beforeAll(() => {
    nock.disableNetConnect();
  });
  afterEach(() => {
    expect(nock.pendingMocks()).toEqual([]);
    nock.cleanAll();
  });
  afterAll(() => {
    nock.enableNetConnect();
    nock.restore();
  });

  it('asks for whole local days and keeps what lies within the range', async () => {
    loggingOn('suid-1');
    message('ListSlots', 'suid-1', /startDate="2026-07-01T00:00:00.0Z" numberOfDays="1"/).reply(200, SLOTS);
    const range = { from: new Date('2026-07-01T13:15:00Z'), to: new Date('2026-07-01T13:40:00Z') };
    for await (const page of system().searchSlots(
      { ...range, practice, patient, actor: command.actor },
      call(),
    ))
      expect(page.map(({ startsAt }) => startsAt.toISOString())).toEqual([
        '2026-07-01T13:20:00.000Z',
        '2026-07-01T13:30:00.000Z',
      ]);
  });

  it('books with all three parts of the key and looks the appointment up', async () => {
    loggingOn('suid-1');
    message('BookAppointment', 'suid-1', new RegExp(`${KEY} notes="A rash"`)).reply(
      200,
      '<BookAppointmentReply/>',
    );
    const other = KEY.replace('14:10', '14:00');
    const listed = `<Appointment apptId="77" ${other}/><Appointment apptId="78" ${KEY}/>`;
    message('ViewAppointments', 'suid-1', /.*/).reply(
      200,
      `<ViewAppointmentsReply>${listed}</ViewAppointmentsReply>`,
    );
    expect(await system().book(command, call())).toEqual({ class: 'ACCEPTED', appointment: { id: '78' } });
  });

  it.each([
    ['is another patient’s', '<BookAppointmentReply patientId="p2"/>', null],
    [
      'is followed by a list without it',
      '<BookAppointmentReply patientId="p1"/>',
      '<ViewAppointmentsReply/>',
    ],
  ])('is in doubt about a booking whose reply %s', async (_, reply, list) => {
    loggingOn('suid-1');
    message('BookAppointment', 'suid-1', /.*/).reply(200, reply);
    if (list !== null) message('ViewAppointments', 'suid-1', /.*/).reply(200, list);
    expect(await system().book(command, call())).toMatchObject({ class: 'AMBIGUOUS' });
  });

  it.each([
    ['of another date of birth', '<User><Person dateOfBirth="1991-05-05"/></User>'],
    ['at another practice', '<User/><Registration unitId="A99999"/>'],
  ])('serves nobody by the log-on of somebody %s', async (_, told) => {
    const loggedOn = `<AuthenticateReply patientId="p1" onlineUserId="o1">${told}</AuthenticateReply>`;
    message('Authenticate', undefined, /.*/).reply(200, loggedOn, { suid: 'suid-1' });
    expect(await system().book(command, call())).toEqual({ class: 'REJECTED', refusal: 'NOT_PERMITTED' });
  });

  it('sends the telephone number before the words, whatever the mode', async () => {
    loggingOn('suid-1');
    message('BookAppointment', 'suid-1', /notes="Phone: 07700 900456 A rash"/).reply(
      200,
      '<Error errorCode="1103"/>',
    );
    const outcome = await system().book({ ...command, contactPhone: '07700 900456' }, call());
    expect(outcome).toEqual({ class: 'REJECTED', refusal: 'SLOT_TAKEN' });
  });

  const cancelling = { practice, patient, actor: command.actor, slot, appointment: { id: '78' } };
  const listing = (listed: string, owner = 'p1') =>
    message('ViewAppointments', 'suid-1', /.*/).reply(
      200,
      `<ViewAppointmentsReply patientId="${owner}">${listed}</ViewAppointmentsReply>`,
    );

  it('takes an appointment that is not listed for one that is not there, not for a cancelled one', async () => {
    loggingOn('suid-1');
    listing('');
    expect(await system().cancel(cancelling, call())).toEqual({ class: 'REJECTED', refusal: 'NOT_FOUND' });
  });

  it('is in doubt about a cancellation whose reply is another patient’s', async () => {
    loggingOn('suid-1');
    listing(`<Appointment apptId="78" ${KEY}/>`);
    message('CancelAppointment', 'suid-1', /.*/).reply(200, '<CancelAppointmentReply patientId="p2"/>');
    expect(await system().cancel(cancelling, call())).toMatchObject({ class: 'AMBIGUOUS' });
  });

  it.each([
    ['another patient’s', `<Appointment apptId="78" ${KEY}/>`, 'p2'],
    ['with a date that is none', `<Appointment apptId="78" ${KEY.replaceAll('07-01', '02-30')}/>`, 'p1'],
    [
      'with a time that does not exist',
      `<Appointment apptId="78" ${KEY.replaceAll('07-01T14', '03-29T01')}/>`,
      'p1',
    ],
    ['of the year 9999', `<Appointment apptId="78" ${KEY.replaceAll('2026', '9999')}/>`, 'p1'],
  ])('believes no list %s', async (_, listed, owner) => {
    loggingOn('suid-1');
    listing(listed, owner);
    const probe = { practice, patient, actor: command.actor, slot, marker: 'm', attemptId: 'a' };
    await expect(system().readBack(probe, call())).rejects.toMatchObject({ fault: 'BAD_REPLY' });
  });

  it('reads back channel, session and staff, as far as they are told', async () => {
    loggingOn('suid-1');
    const words = 'details="Triage" type="Clinic" staffDetails="Dr B" location="Telephone"';
    listing(`<Appointment apptId="78" ${KEY} ${words}/><Appointment apptId="79" ${KEY}/>`);
    const probe = { practice, patient, actor: command.actor, slot, marker: 'm', attemptId: 'a' };
    expect(await system().readBack(probe, call())).toMatchObject([
      { mode: 'TELEPHONE', sessionName: 'Clinic', clinicianName: 'Dr B' },
      { mode: undefined, sessionName: undefined, clinicianName: undefined },
    ]);
  });

  it('has booked, though the list cannot be read, and cancels by the key of the slot', async () => {
    loggingOn('suid-1');
    message('BookAppointment', 'suid-1', /.*/).reply(200, '<BookAppointmentReply/>');
    message('ViewAppointments', 'suid-1', /.*/).reply(503);
    const adapter = system();
    const outcome = await adapter.book(command, call());
    expect(outcome).toEqual({ class: 'ACCEPTED', appointment: { id: slot.id } });

    const listed = `<ViewAppointmentsReply><Appointment apptId="78" ${KEY}/></ViewAppointmentsReply>`;
    message('ViewAppointments', 'suid-1', /.*/).reply(200, listed);
    message('CancelAppointment', 'suid-1', /apptId="78"/).reply(
      200,
      '<Error errorCode="40" userFriendlyMessage=""/>',
    );
    const { actor } = command;
    const cancelling = adapter.cancel(
      { practice, patient, actor, slot, appointment: { id: slot.id } },
      call(),
    );
    expect(await cancelling).toEqual({ class: 'REJECTED', refusal: 'TOO_LATE' });
  });

  it('repeats a booking once when the supplier answers that it is not authenticated', async () => {
    loggingOn('suid-1');
    message('BookAppointment', 'suid-1', /.*/).reply(200, '<Error errorCode="3" userFriendlyMessage=""/>');
    loggingOn('suid-2');
    message('BookAppointment', 'suid-2', /.*/).reply(200, '<Error errorCode="1103" userFriendlyMessage=""/>');
    expect(await system().book(command, call())).toEqual({ class: 'REJECTED', refusal: 'SLOT_TAKEN' });
  });

  it.each([
    ['an error of unknown code', '<Error errorCode="4711" userFriendlyMessage="Jane Doe"/>'],
    ['service unavailable', '<Error errorCode="0" userFriendlyMessage=""/>'],
    ['the reply to something else', '<ListSlotsReply/>'],
    ['an entity bomb', '<!DOCTYPE x [<!ENTITY a "aa">]><BookAppointmentReply/>'],
  ])('takes a booking for unknown when answered with %s', async (_, body) => {
    loggingOn('suid-1');
    message('BookAppointment', 'suid-1', /.*/).reply(200, body);
    const outcome = await system().book(command, call());
    expect(outcome).toMatchObject({ class: 'AMBIGUOUS', error: { mayHaveBeenSent: true } });
    expect(JSON.stringify(outcome)).not.toContain('Jane');
  });

  it('refuses a patient whose log-on is refused, with nothing booked', async () => {
    message('Authenticate', undefined, /.*/).reply(200, '<Error errorCode="9" userFriendlyMessage=""/>');
    expect(await system().book(command, call())).toEqual({ class: 'REJECTED', refusal: 'NOT_PERMITTED' });
  });
});

describe('a TPP-style session', () => {
  it('carries one message at a time', async () => {
    const underWay: (() => void)[] = [];
    const context: Context = {
      requestId: 'request-1',
      commandProvenUndone: () => undefined,
      leaveOut: () => undefined,
      pause: () => Promise.resolve(),
      async send(request) {
        const isLogOn = request.headers?.['type'] === 'Authenticate';
        if (!isLogOn) await new Promise<void>((resolve) => underWay.push(resolve));
        return {
          status: 200,
          headers: { suid: 'suid-1' },
          body: isLogOn ? LOGGED_ON : '<ViewAppointmentsReply/>',
        };
      },
    };
    const adapter = tpp({ now: () => NOON });
    const probe = { practice, patient, actor: command.actor, slot, marker: 'm', attemptId: 'a' };
    const all = Promise.all(Array.from({ length: 5 }, () => adapter.readBack!(probe, context)));
    for (let message = 1; message <= 5; message++) {
      // Nothing here waits for anything but its turn.
      await new Promise(setImmediate);
      expect(underWay).toHaveLength(1);
      underWay.pop()!();
    }
    expect(await all).toEqual(Array(5).fill([]));
  });
});
