import nock from 'nock';
import { CalendarDate } from '../../domain/london-time';
import { manualTimers } from '../../domain/manual-timers';
import { syntheticNhsNumber } from '../../domain/nhs-number';
import { OdsCode } from '../../domain/ods-code';
import type { BookCommand, Call, Slot } from '../gp-system';
import { gpSystemAt } from '../conformance/gp-system-at';
import { manifest } from './emis.manifest';
import { bookOutcomeOf } from './emis.outcomes';
import { slotsOf } from './emis.replies';

const practice = OdsCode.parse('B86030');
const NOON = new Date('2026-03-02T12:00:00Z');
const META = {
  Locations: [{ LocationId: 1, LocationName: 'Main surgery' }],
  SessionHolders: [
    { ClinicianId: 5, DisplayName: 'Dr A Example', Languages: [] },
    { ClinicianId: 6, DisplayName: 'Nurse B Sample', Languages: [] },
  ],
  Sessions: [
    { SessionId: 41, SessionName: '111 clinic', LocationId: 1, SessionType: 'Timed', ClinicianIds: [5, 6] },
  ],
};
const SLOT = {
  SlotId: 90121,
  StartTime: '2026-03-02T13:10:00',
  EndTime: '2026-03-02T13:20:00',
  SlotTypeName: '111 urgent',
  SlotTypeStatus: 'Practice',
};
const found = (...slots: object[]) => ({
  Sessions: [
    { SessionDate: '2026-03-02T00:00:00', SessionId: 41, Slots: slots.map((slot) => ({ ...SLOT, ...slot })) },
  ],
});

describe('the mapping of EMIS-style slots', () => {
  it('joins both replies on the session, with all its clinicians', () => {
    expect(slotsOf(META, found({}), practice)).toEqual([
      {
        practice,
        id: '90121',
        startsAt: new Date('2026-03-02T13:10:00Z'),
        endsAt: new Date('2026-03-02T13:20:00Z'),
        mode: 'IN_PERSON',
        slotType: '111 urgent',
        sessionName: '111 clinic',
        clinicianName: 'Dr A Example, Nurse B Sample',
        supplierData: '',
      },
    ]);
  });

  it('keeps a slot whose session meta does not know', () => {
    const orphan = { Sessions: [{ SessionId: 99, Slots: [SLOT] }] };
    expect(slotsOf(META, orphan, practice)).toMatchObject([{ id: '90121', sessionName: undefined }]);
  });

  it.each(['Unknown', 'Visit', 'Newly invented'])(
    'leaves out a slot whose status is %s',
    (SlotTypeStatus) => {
      expect(slotsOf(META, found({ SlotTypeStatus }), practice)).toEqual([]);
    },
  );

  it.each([
    ['beyond what numbers tell apart', { SlotId: 9007199254740993 }, 'UNSOUND'],
    ['without end', { SlotId: 1e300 }, 'UNSOUND'],
    ['broken', { SlotId: 1.5 }, 'UNSOUND'],
  ])('leaves out, and counts, a slot whose id is %s', (_, slot, reason) => {
    const reasons: string[] = [];
    expect(slotsOf(META, found(slot, {}), practice, (one) => reasons.push(one))).toHaveLength(1);
    expect(reasons).toEqual([reason]);
  });

  it('takes the session’s name where a slot has no type, and leaves out what has neither', () => {
    const reasons: string[] = [];
    const untyped = found({ SlotTypeName: '' });
    expect(slotsOf(META, untyped, practice)).toMatchObject([{ slotType: '111 clinic' }]);
    const orphan = { Sessions: untyped.Sessions.map((one) => ({ ...one, SessionId: 99 })) };
    expect(slotsOf(META, orphan, practice, (one) => reasons.push(one))).toEqual([]);
    expect(reasons).toEqual(['NO_TYPE']);
  });

  it('reads wall-clock time in summer', () => {
    const summer = { StartTime: '2026-07-01T09:10:00', EndTime: '2026-07-01T09:20:00' };
    expect(slotsOf(META, found(summer), practice)[0]!.startsAt).toEqual(new Date('2026-07-01T08:10:00Z'));
  });

  it.each([
    ['names two instants', '2026-10-25T01:30:00', '2026-10-25T01:40:00'],
    ['ends at a time that names two', '2026-10-25T00:50:00', '2026-10-25T01:00:00'],
    ['does not exist', '2026-03-29T01:30:00', '2026-03-29T01:40:00'],
  ])('leaves out a slot whose time %s', (_, StartTime, EndTime) => {
    expect(slotsOf(META, found({ StartTime, EndTime }), practice)).toEqual([]);
  });
});

describe('the answer to an EMIS-style booking', () => {
  const shapeB = (Message: string) => ({
    Exceptions: [{ ExceptionId: 'e', IsRootException: true, Message }],
    InternalResponseCode: -1002,
  });
  const shapeA = (InternalResponseCode: number) => ({
    InternalResponseCode,
    InternalResponseMessage: 'words',
  });

  it.each([
    ['409 without a body', 409, '', 'SLOT_TAKEN'],
    ['404', 404, '', 'SLOT_NOT_FOUND'],
    ['code -1152', 400, shapeA(-1152), 'SLOT_IN_PAST'],
    ['code -1153', 400, shapeA(-1153), 'OUTSIDE_BOOKING_WINDOW'],
    ['code -1154', 400, shapeA(-1154), 'OUTSIDE_BOOKING_WINDOW'],
    ['code -1156', 400, shapeA(-1156), 'BOOKING_LIMIT_REACHED'],
    ['code -1014', 400, shapeA(-1014), 'INVALID_REQUEST'],
    ['403', 403, shapeA(-1030), 'NOT_PERMITTED'],
    ['code -1104', 400, shapeA(-1104), 'PATIENT_NOT_ACCEPTED'],
    [
      'the text of a limit at 500',
      500,
      shapeB('You are limited for this to 2 by the practice'),
      'BOOKING_LIMIT_REACHED',
    ],
    ['the text of a missing slot at 500', 500, shapeB('The slot was not found'), 'SLOT_NOT_FOUND'],
    ['401', 401, '', 'NOT_PERMITTED'],
    ['the unauthorised text at 500', 500, 'Unauthorised', 'NOT_PERMITTED'],
  ])('is a refusal for %s', (_, status, body, refusal) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    expect(bookOutcomeOf({ status, headers: {}, body: text }, '1', manifest)).toEqual({
      class: 'REJECTED',
      refusal,
    });
  });

  it.each([
    ['an exception of unknown text', 500, shapeB('Object reference not set')],
    ['a refusal code at 500', 500, shapeA(-1152)],
    ['an unknown code', 400, shapeA(-1455)],
    ['429, of which nothing is promised', 429, {}],
    ['a gateway error', 502, {}],
  ])('is not understood for %s', (_, status, body) => {
    const reply = { status, headers: {}, body: JSON.stringify(body) };
    expect(bookOutcomeOf(reply, '1', manifest)).toMatchObject({ class: 'AMBIGUOUS' });
  });
});

describe('an EMIS-style exchange, as recorded', () => {
  const host = 'https://emis.invalid';
  const system = () => gpSystemAt('emis', host, () => NOON, manualTimers());
  const call = (): Call => ({
    signal: new AbortController().signal,
    deadline: Number.POSITIVE_INFINITY,
    requestId: 'request-1',
  });
  const patient = {
    nhsNumber: syntheticNhsNumber(11),
    familyName: 'Example',
    givenName: 'Ada',
    birthDate: CalendarDate.parse('1990-05-05'),
    linkage: { practice, userId: 'access-guid', key: 'unused' },
  };
  const slot: Slot = slotsOf(META, found({}), practice)[0]!;
  const command: BookCommand = {
    attemptId: 'a',
    marker: 'm',
    slot,
    patient,
    actor: { kind: 'PATIENT', id: 'p' },
    reason: 'A rash',
  };
  const cancelling = { practice, patient, actor: command.actor, slot, appointment: { id: '90121' } };
  const loggingOn = (endUser: string, session: string, token: string) => {
    nock(host).post('/sessions/endusersession').reply(200, { EndUserSessionId: endUser });
    nock(host, { reqheaders: { 'x-api-endusersessionid': endUser } })
      .post('/sessions', { AccessIdentityGuid: 'access-guid', NationalPracticeCode: practice })
      .reply(200, {
        SessionId: session,
        UserPatientLinks: [
          { AssociationType: 'Proxy', UserPatientLinkToken: 'of-somebody-else' },
          { AssociationType: 'Self', UserPatientLinkToken: token },
        ],
      });
  };
  const settings = (AppointmentBookingReason: string) =>
    nock(host)
      .get(`/practices/${practice}/settings`)
      .reply(200, { InputRequirements: { AppointmentBookingReason } });

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

  it('logs on in two stages and searches with both sessions in wall-clock time', async () => {
    loggingOn('eu-1', 's-1', 'self-1');
    const inSession = nock(host, {
      reqheaders: { 'x-api-endusersessionid': 'eu-1', 'x-api-sessionid': 's-1' },
    });
    const summer = { from: new Date('2026-07-01T08:00:00Z'), to: new Date('2026-07-01T12:00:00Z') };
    inSession
      .get('/appointmentslots/meta')
      .query({
        userPatientLinkToken: 'self-1',
        sessionStartDate: '2026-07-01T09:00:00',
        sessionEndDate: '2026-07-01T13:00:00',
      })
      .reply(200, META);
    inSession
      .get('/appointmentslots')
      .query({
        userPatientLinkToken: 'self-1',
        fromDateTime: '2026-07-01T09:00:00',
        toDateTime: '2026-07-01T13:00:00',
      })
      .reply(200, found({ StartTime: '2026-07-01T09:10:00', EndTime: '2026-07-01T09:20:00' }));
    const pages = system().searchSlots({ ...summer, practice, patient, actor: command.actor }, call());
    for await (const page of pages) expect(page.map(({ id }) => id)).toEqual(['90121']);
  });

  it('sends the reason unless the practice does not want one', async () => {
    for (const [requirement, reason] of [
      ['RequestedOptional', 'A rash'],
      ['NotRequested', undefined],
    ] as const) {
      loggingOn('eu-1', 's-1', 'self-1');
      settings(requirement);
      nock(host)
        .post('/appointments', (body: { BookingReason?: string }) => body.BookingReason === reason)
        .reply(200, { BookingCreated: true });
      expect(await system().book(command, call())).toEqual({
        class: 'ACCEPTED',
        appointment: { id: '90121' },
      });
    }
  });

  it('repeats a booking once, with a new session, when the supplier answers that the old one is unauthorised', async () => {
    loggingOn('eu-1', 's-1', 'self-1');
    settings('RequestedOptional');
    nock(host).post('/appointments').reply(500, 'Unauthorised');
    loggingOn('eu-2', 's-2', 'self-2');
    nock(host, { reqheaders: { 'x-api-sessionid': 's-2' } })
      .post('/appointments', { UserPatientLinkToken: 'self-2', SlotId: 90121, BookingReason: 'A rash' })
      .reply(409);
    expect(await system().book(command, call())).toEqual({ class: 'REJECTED', refusal: 'SLOT_TAKEN' });
  });

  it('takes a booking for unknown when the reply says anything but that it was created', async () => {
    loggingOn('eu-1', 's-1', 'self-1');
    settings('RequestedOptional');
    nock(host).post('/appointments').reply(200, { BookingCreated: false });
    expect(await system().book(command, call())).toMatchObject({
      class: 'AMBIGUOUS',
      error: { fault: 'BAD_REPLY' },
    });
  });

  it('sends nothing when the log-on fails', async () => {
    nock(host).post('/sessions/endusersession').reply(503);
    const outcome = await system().book(command, call());
    expect(outcome).toMatchObject({ class: 'NOT_SENT', error: { mayHaveBeenSent: false } });
  });

  it('cancels with a JSON body in a DELETE', async () => {
    loggingOn('eu-1', 's-1', 'self-1');
    nock(host)
      .delete('/appointments', {
        UserPatientLinkToken: 'self-1',
        SlotId: 90121,
        CancellationReason: 'No longer required',
      })
      .reply(200, { DeletionSuccessful: true });
    expect(await system().cancel(cancelling, call())).toEqual({ class: 'ACCEPTED' });
  });

  it.each([
    ['that it was not', 200, { DeletionSuccessful: false }, { class: 'AMBIGUOUS' }],
    ['nothing', 200, {}, { class: 'AMBIGUOUS' }],
    ['that it is not there', 404, '', { class: 'REJECTED', refusal: 'NOT_FOUND' }],
    ['a web page', 404, '<html>Not found</html>', { class: 'AMBIGUOUS' }],
  ])('believes no cancellation that is answered with %s', async (_, status, body, outcome) => {
    loggingOn('eu-1', 's-1', 'self-1');
    nock(host).delete('/appointments').reply(status, body);
    expect(await system().cancel(cancelling, call())).toMatchObject(outcome);
  });

  it('cancels on the slot to which the desk has moved the appointment', async () => {
    loggingOn('eu-1', 's-1', 'self-1');
    nock(host)
      .delete('/appointments', (body: { SlotId: number }) => body.SlotId === 90200)
      .reply(200, { DeletionSuccessful: true });
    const moved = { ...cancelling, slot: { ...slot, id: '90200' } };
    expect(await system().cancel(moved, call())).toEqual({ class: 'ACCEPTED' });
  });

  it('serves nobody by a session of another practice', async () => {
    nock(host).post('/sessions/endusersession').reply(200, { EndUserSessionId: 'eu-1' });
    const elsewhere = { AssociationType: 'Self', UserPatientLinkToken: 't', NationalPracticeCode: 'A99999' };
    nock(host)
      .post('/sessions')
      .reply(200, { SessionId: 's-1', UserPatientLinks: [elsewhere] });
    expect(await system().cancel(cancelling, call())).toMatchObject({ class: 'NOT_SENT' });
  });

  const reading = (listed: object) => {
    loggingOn('eu-1', 's-1', 'self-1');
    nock(host).get('/appointments').query(true).reply(200, listed);
    const { actor } = command;
    return system().readBack({ practice, patient, actor, slot, marker: 'm', attemptId: 'a' }, call());
  };
  const APPOINTMENT = { ...SLOT, SessionId: 41 };

  it('reads back channel, session and clinicians', async () => {
    const listed = { ...META, Appointments: [{ ...APPOINTMENT, SlotTypeStatus: 'Telephone' }] };
    expect(await reading(listed)).toMatchObject([
      {
        slotId: '90121',
        mode: 'TELEPHONE',
        sessionName: '111 clinic',
        clinicianName: 'Dr A Example, Nurse B Sample',
      },
    ]);
  });

  it('reads back an appointment in the repeated hour, rather than leave it out', async () => {
    const night = { StartTime: '2026-10-25T01:30:00', EndTime: '2026-10-25T01:40:00' };
    expect(await reading({ Appointments: [{ ...APPOINTMENT, ...night }] })).toMatchObject([
      { startsAt: new Date('2026-10-25T00:30:00Z') },
    ]);
  });

  it.each([
    ['an id beyond what numbers tell apart', { SlotId: 9007199254740993 }],
    ['a date that is none', { StartTime: '2026-02-30T13:10:00' }],
    ['a time that does not exist', { StartTime: '2026-03-29T01:30:00', EndTime: '2026-03-29T01:40:00' }],
    ['the end of time', { StartTime: '9999-12-31T13:10:00', EndTime: '9999-12-31T13:20:00' }],
  ])('believes no list with %s', async (_, change) => {
    const listed = reading({ Appointments: [{ ...APPOINTMENT, ...change }] });
    await expect(listed).rejects.toMatchObject({ fault: 'BAD_REPLY' });
  });
});
