import nock from 'nock';
import { z } from 'zod';
import { CalendarDate } from '../../domain/london-time';
import { manualTimers } from '../../domain/manual-timers';
import { syntheticNhsNumber } from '../../domain/nhs-number';
import { OdsCode } from '../../domain/ods-code';
import { gpSystemAt } from '../conformance/gp-system-at';
import { Bundle } from '../fhir/bundle';
import type { BookCommand, Call, Patient, Slot } from '../gp-system';
import { bookOutcomeOf, cancelOutcomeOf } from './bars.outcomes';
import { appointmentIn, slotsOf } from './bars.replies';

/** Replies in the form of the published examples (NHSDigital/booking-and-referral-fhir-api), with invented values. */
const practice = OdsCode.parse('B86030');
const NOON = new Date('2026-07-01T11:00:00Z');
const CHANNEL = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DeliveryChannel';
const NHS_NUMBER = 'https://fhir.nhs.uk/Id/nhs-number';
const SLOT_URL = 'urn:uuid:deb4c4b3-870b-4599-84df-5e54cef7afda';
const PATIENT_URL = 'urn:uuid:788660eb-d2c9-4773-abd4-318484673fb2';

const SLOT = {
  resourceType: 'Slot',
  id: 'c3f6145e',
  extension: [{ url: CHANNEL, valueCode: 'Telephone' }],
  appointmentType: { coding: [{ code: 'EMERGENCY', display: '111 urgent' }] },
  schedule: { reference: 'Schedule/s1' },
  status: 'free',
  start: '2026-07-01T13:10:00+00:00',
  end: '2026-07-01T13:20:00+00:00',
};
const SCHEDULE = {
  resourceType: 'Schedule',
  id: 's1',
  comment: '111 clinic',
  actor: [{ reference: 'Practitioner/1' }, { reference: 'PractitionerRole/1' }],
};
const PRACTITIONER = { resourceType: 'Practitioner', id: '1', name: [{ family: 'Example', prefix: ['Dr'] }] };
const ROLE = { resourceType: 'PractitionerRole', id: '1', code: [{ coding: [{ display: 'Doctor' }] }] };
const bundle = (...resources: object[]) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resources.map((resource) => ({ resource })),
});
const slots = (...resources: object[]) => slotsOf(Bundle.parse(bundle(...resources)), practice);

const patient: Patient = {
  nhsNumber: syntheticNhsNumber(21),
  familyName: 'Chalmers',
  givenName: 'Peter  James',
  birthDate: CalendarDate.parse('1974-12-25'),
};
const another = syntheticNhsNumber(22);
const slot: Slot = slots(SLOT, SCHEDULE)[0]!;
const actor = { kind: 'PATIENT', id: 'pseudonym' } as const;
const command: BookCommand = {
  attemptId: '00000000-0000-4000-8000-000000000001',
  marker: 'GBG-1',
  slot,
  patient,
  actor,
  contactPhone: '07736 312544',
  reason: 'A rash',
};
const APPOINTMENT = {
  resourceType: 'Appointment',
  id: 'e284470a',
  status: 'booked',
  description: 'Reason for calling',
  start: '2026-07-01T13:10:00+00:00',
  end: '2026-07-01T14:20:00+01:00',
  slot: [{ reference: `Slot/${SLOT.id}` }],
  participant: [{ actor: { reference: `Patient/${patient.nhsNumber}` }, status: 'accepted' }],
};
const message = (appointment: object, ...others: [string, object][]) => ({
  resourceType: 'Bundle',
  type: 'message',
  entry: [['urn:uuid:a', appointment] as const, ...others].map(([fullUrl, resource]) => ({
    fullUrl,
    resource,
  })),
});
const named = (reference: string) => [{ actor: { reference } }];
const patientEntry = (value: string): [string, object] => [
  PATIENT_URL,
  { resourceType: 'Patient', identifier: [{ system: NHS_NUMBER, value }] },
];
const reply = (status: number, body: object | string) => ({
  status,
  headers: {},
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const operationOutcome = (code: string, issue: string) => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: issue, details: { coding: [{ code }] } }],
});
const BAD_REPLY = expect.objectContaining({ fault: 'BAD_REPLY' }) as Error;

describe('the mapping of BaRS slots', () => {
  it.each([
    ['the slot', SLOT, SCHEDULE, '111 urgent'],
    ['the slot’s words', { ...SLOT, appointmentType: { text: 'Urgent' } }, SCHEDULE, 'Urgent'],
    [
      'the slot’s service',
      { ...SLOT, appointmentType: undefined, serviceType: [{ text: 'Service' }] },
      SCHEDULE,
      'Service',
    ],
    [
      'the session’s service',
      { ...SLOT, appointmentType: undefined },
      { ...SCHEDULE, serviceType: [{ coding: [{ display: 'Session' }] }] },
      'Session',
    ],
    ['the session’s name', { ...SLOT, appointmentType: undefined }, SCHEDULE, '111 clinic'],
  ])('takes the type from %s', (_, one, schedule, slotType) => {
    expect(slots(one, schedule)).toMatchObject([{ slotType }]);
  });

  it('counts the slots that it leaves out, by the reason', () => {
    const reasons: string[] = [];
    const listed = bundle({ ...SLOT, appointmentType: undefined }, { ...SLOT, extension: [] });
    expect(slotsOf(Bundle.parse(listed), practice, (reason) => reasons.push(reason))).toEqual([]);
    expect(reasons).toEqual(['NO_TYPE', 'NO_MODE']);
  });
});

/** Lists what a reply may name instead, each alone. */
type Another = [name: string, change: object, ...others: [string, object][]];
const ANOTHER: readonly Another[] = [
  ['slot', { slot: [{ reference: 'Slot/other' }] }],
  ['slot, and ours', { slot: [{ reference: `Slot/${SLOT.id}` }, { reference: 'Slot/other' }] }],
  ['slot by its UUID', { slot: [{ reference: SLOT_URL }] }, [SLOT_URL, { ...SLOT, id: 'other' }]],
  ['start', { start: '2026-07-01T13:00:00+00:00' }],
  ['end', { end: '2026-07-01T13:30:00+00:00' }],
  ['patient', { participant: named(`Patient/${another}`) }],
  ['patient by their UUID', { participant: named(PATIENT_URL) }, patientEntry(another)],
  [
    'patient by identifier',
    { participant: [{ actor: { identifier: { system: NHS_NUMBER, value: another } } }] },
  ],
];

describe('the answer to a BaRS booking', () => {
  const answered = (change: object, ...others: [string, object][]) =>
    bookOutcomeOf(reply(200, message({ ...APPOINTMENT, ...change }, ...others)), command);

  it.each([
    ['slot and patient by id', {}, []],
    ['the slot by its UUID', { slot: [{ reference: SLOT_URL }] }, [[SLOT_URL, SLOT]]],
    ['the patient by their UUID', { participant: named(PATIENT_URL) }, [patientEntry(patient.nhsNumber)]],
  ] as [string, object, [string, object][]][])('is an acceptance that names %s', (_, change, others) => {
    expect(answered(change, ...others)).toEqual({ class: 'ACCEPTED', appointment: { id: 'e284470a' } });
  });

  it.each([
    ...ANOTHER,
    ['status', { status: 'pending' }],
    ['status', { status: 'cancelled' }],
    ['status', { status: 'waitlist' }],
    ['status', { status: 'newly-invented' }],
    ['slot by a UUID that nothing explains', { slot: [{ reference: SLOT_URL }] }],
    ['patient whom nothing names', { participant: named('Patient/39907365') }],
    ['list of nobody', { participant: undefined }],
  ] as Another[])('is not believed where it names another %s', (_, change, ...others) => {
    expect(() => answered(change, ...others)).toThrow(BAD_REPLY);
  });

  it('is not believed where it names two appointments, or none', () => {
    const two = message(APPOINTMENT, ['urn:uuid:b', APPOINTMENT]);
    expect(() => bookOutcomeOf(reply(200, two), command)).toThrow(BAD_REPLY);
    expect(() => bookOutcomeOf(reply(200, { ...two, entry: [] }), command)).toThrow(BAD_REPLY);
  });

  it.each([
    [400, 'BAD_REQUEST', 'invalid', 'INVALID_REQUEST'],
    [400, 'PROXY_BAD_REQUEST', '400', 'INVALID_REQUEST'],
    [404, 'NOT_FOUND', 'not-found', 'NOT_PERMITTED'],
    [404, 'PROXY_NOT_FOUND', 'not-found', 'NOT_PERMITTED'],
    [404, 'REC_NOT_FOUND', 'not-found', 'SLOT_NOT_FOUND'],
    [406, 'SEND_NOT_ACCEPTABLE', 'processing', 'INVALID_REQUEST'],
    [406, 'REC_NOT_ACCEPTABLE', 'processing', 'INVALID_REQUEST'],
    [409, 'REC_CONFLICT', 'conflict', 'SLOT_TAKEN'],
    [422, 'REC_UNPROCESSABLE_ENTITY', 'too-costly', 'INVALID_REQUEST'],
    [403, 'SEND_FORBIDDEN', 'forbidden', 'NOT_PERMITTED'],
    [401, 'SEND_UNAUTHORIZED', 'unknown', 'NOT_PERMITTED'],
  ])('is a refusal for %i %s', (status, code, issue, refusal) => {
    expect(bookOutcomeOf(reply(status, operationOutcome(code, issue)), command)).toEqual({
      class: 'REJECTED',
      refusal,
    });
  });

  it.each([
    [409, 'REC_CONFLICT', 'duplicate'],
    [409, 'BAD_REQUEST', 'duplicate'],
    [408, 'REC_TIMEOUT', 'timeout'],
    [500, 'REC_BAD_REQUEST', 'exception'],
    [503, 'REC_SERVICE_UNAVAILABLE', 'transient'],
    [404, 'NEWLY_INVENTED', 'not-found'],
  ])('is in doubt for %i %s %s', (status, code, issue) => {
    expect(bookOutcomeOf(reply(status, operationOutcome(code, issue)), command)).toMatchObject({
      class: 'AMBIGUOUS',
    });
  });
});

describe('the answer to a BaRS cancellation', () => {
  const current = appointmentIn(Bundle.parse(message(APPOINTMENT)));
  const answered = (change: object, ...others: [string, object][]) => {
    const cancelled = { ...APPOINTMENT, status: 'cancelled', ...change };
    return cancelOutcomeOf(reply(200, message(cancelled, ...others)), current, patient.nhsNumber);
  };

  it('is an acceptance for that appointment, cancelled', () => {
    expect(answered({})).toEqual({ class: 'ACCEPTED' });
    expect(answered({ slot: [{ reference: SLOT_URL }] })).toEqual({ class: 'ACCEPTED' });
  });

  it.each([
    ...ANOTHER.filter(([name]) => name !== 'slot, and ours'),
    ['id', { id: 'other' }],
    ['status', { status: 'booked' }],
  ] as Another[])('is not believed where it names another %s', (_, change, ...others) => {
    expect(() => answered(change, ...others)).toThrow(BAD_REPLY);
  });
});

describe('a BaRS exchange, as published', () => {
  const host = 'https://bars.invalid';
  const base = '/booking-and-referral/FHIR/R4';
  const system = () => gpSystemAt('bars', host, () => NOON, manualTimers());
  const call = (): Call => ({
    signal: new AbortController().signal,
    deadline: Number.POSITIVE_INFINITY,
    requestId: 'request-1',
  });
  const cancelling = { practice, patient, actor, slot, appointment: { id: APPOINTMENT.id } };
  const probe = { practice, patient, actor, slot, marker: 'GBG-1', attemptId: command.attemptId };
  const found = (status: number, body: object | string) =>
    nock(host).get(`${base}/Appointment/${APPOINTMENT.id}`).reply(status, body);
  const list = (...listed: object[]) => {
    nock(host)
      .get(`${base}/Appointment`)
      .query(true)
      .reply(200, bundle(...listed));
    return system().readBack(probe, call());
  };

  beforeAll(() => {
    nock.disableNetConnect();
  });
  beforeEach(() => {
    nock(host)
      .post('/oauth2/token')
      .reply(200, { access_token: 't', expires_in: '599', token_type: 'Bearer' });
  });
  afterEach(() => {
    expect(nock.pendingMocks()).toEqual([]);
    nock.cleanAll();
  });
  afterAll(() => {
    nock.enableNetConnect();
    nock.restore();
  });

  it('books with ranked contact, words, profiles and the attempt’s own X-Request-Id', async () => {
    const bodies: unknown[] = [];
    const headers: Record<string, string>[] = [];
    nock(host)
      .get(`${base}/MessageDefinition`)
      .reply(200, bundle({ resourceType: 'MessageDefinition', eventCoding: { code: 'booking-request' } }));
    nock(host)
      .post(`${base}/$process-message`, (body: unknown) => bodies.push(body) > 0)
      .reply(function () {
        headers.push(this.req.headers);
        return [200, message(APPOINTMENT)];
      });
    expect(await system().book(command, call())).toMatchObject({ class: 'ACCEPTED' });
    const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
    expect(headers[0]).toMatchObject({
      'x-request-id': command.attemptId,
      accept: 'application/fhir+json; version=1.1.0',
    });
    expect(headers[0]?.['x-correlation-id']).toMatch(UUID);
    for (const name of ['nhsd-target-identifier', 'nhsd-end-user-organisation', 'nhsd-requesting-software'])
      expect(JSON.parse(Buffer.from(headers[0]?.[name] ?? '', 'base64').toString())).toBeInstanceOf(Object);
    const { meta, entry } = z
      .object({
        meta: z.looseObject({}),
        entry: z.array(z.object({ resource: z.looseObject({ resourceType: z.string() }) })),
      })
      .parse(bodies.at(-1));
    expect(meta).toMatchObject({ versionId: '1.0.0-alpha.4', lastUpdated: '2026-07-01T11:00:00+00:00' });
    const resource = (type: string) =>
      entry.map((one) => one.resource).find(({ resourceType }) => resourceType === type);
    expect(resource('MessageHeader')).toMatchObject({
      definition: 'https://fhir.nhs.uk/MessageDefinition/bars-message-booking-request',
      destination: [{ endpoint: 'http://fhir.nhs.uk/Id/dos-service-id|B86030' }],
    });
    expect(resource('Appointment')).toMatchObject({ description: 'A rash', comment: 'GBG-1' });
    const phone = { system: 'phone', value: '07736 312544', use: 'mobile', rank: 1 };
    expect(resource('Patient')).toMatchObject({
      name: [{ family: 'Chalmers', given: ['Peter', 'James'] }],
      telecom: [phone],
      contact: [
        {
          extension: [{ valuePositiveInt: 1 }],
          relationship: [{ coding: [{ code: 'ONESELF' }] }],
          telecom: [phone],
        },
      ],
    });
  });

  it('cancels what names its slot by a UUID that nothing explains, as the published example does', async () => {
    const published = { ...APPOINTMENT, slot: [{ reference: SLOT_URL }] };
    found(200, published);
    nock(host)
      .post(`${base}/$process-message`)
      .reply(200, message({ ...published, status: 'cancelled' }));
    expect(await system().cancel(cancelling, call())).toEqual({ class: 'ACCEPTED' });
  });

  it('cancels what comes in a Bundle with all that it refers to', async () => {
    found(200, bundle({ ...APPOINTMENT, slot: [{ reference: `Slot/${SLOT.id}` }] }, SLOT, SCHEDULE));
    nock(host)
      .post(`${base}/$process-message`)
      .reply(200, message({ ...APPOINTMENT, status: 'cancelled' }));
    expect(await system().cancel(cancelling, call())).toEqual({ class: 'ACCEPTED' });
  });

  it.each([
    ['stands on another slot', { slot: [{ reference: 'Slot/other' }] }, { refusal: 'CHANGED_MEANWHILE' }],
    [
      'is at another time, on a slot that is not explained',
      { slot: [{ reference: SLOT_URL }], start: '2026-07-01T12:10:00+00:00' },
      { refusal: 'CHANGED_MEANWHILE' },
    ],
    ['is another’s', { participant: named(`Patient/${another}`) }, { refusal: 'NOT_FOUND' }],
    ['is another one', { id: 'other' }, { class: 'NOT_SENT' }],
    ['was missed', { status: 'noshow' }, { refusal: 'TOO_LATE' }],
    ['is of a status unknown to us', { status: 'newly-invented' }, { class: 'NOT_SENT' }],
    ['was entered in error', { status: 'entered-in-error' }, { class: 'ACCEPTED' }],
  ])('cancels nothing where what is read %s', async (_, change, outcome) => {
    found(200, { ...APPOINTMENT, ...change });
    expect(await system().cancel(cancelling, call())).toMatchObject(outcome);
  });

  it.each([
    ['the receiver’s word', operationOutcome('REC_NOT_FOUND', 'not-found'), { refusal: 'NOT_FOUND' }],
    ['the proxy’s word', operationOutcome('NOT_FOUND', 'not-found'), { class: 'NOT_SENT' }],
    ['a web page', '<html></html>', { class: 'NOT_SENT' }],
  ])('takes %s for what it is, at 404', async (_, body, outcome) => {
    found(404, body);
    expect(await system().cancel(cancelling, call())).toMatchObject(outcome);
  });

  it('tells channel, session and clinician to which the desk has moved somebody', async () => {
    const moved = { ...APPOINTMENT, comment: 'GBG-1', slot: [{ reference: 'Slot/other' }] };
    expect(
      await list(moved, { ...SLOT, id: 'other', status: 'busy' }, SCHEDULE, PRACTITIONER, ROLE),
    ).toMatchObject([
      {
        slotId: 'other',
        mode: 'TELEPHONE',
        sessionName: '111 clinic',
        clinicianName: 'Dr Example',
        clinicianRole: 'Doctor',
        carriesMarker: true,
      },
    ]);
  });

  it('knows its own by marker and time where the slot is named by a UUID that nothing explains', async () => {
    const unexplained = { ...APPOINTMENT, slot: [{ reference: SLOT_URL }] };
    expect(await list({ ...unexplained, comment: 'GBG-1' })).toMatchObject([
      { slotId: slot.id, status: 'BOOKED' },
    ]);
    nock(host)
      .post('/oauth2/token')
      .reply(200, { access_token: 't', expires_in: '599', token_type: 'Bearer' });
    expect(await list(unexplained)).toMatchObject([{ slotId: SLOT_URL }]);
  });

  it.each([
    ['an appointment of another', [{ ...APPOINTMENT, participant: named(`Patient/${another}`) }]],
    ['an appointment of theirs that waits', [{ ...APPOINTMENT, status: 'pending' }]],
    ['an appointment of theirs that was missed', [{ ...APPOINTMENT, status: 'noshow' }]],
    ['an error', [{ resourceType: 'OperationOutcome', issue: [{ severity: 'error' }] }]],
    [
      'an appointment in the year 9999',
      [{ ...APPOINTMENT, start: '9999-07-01T13:10:00Z', end: '9999-07-01T13:20:00Z' }],
    ],
  ])('believes no list with %s', async (_, listed) => {
    await expect(list(...listed)).rejects.toEqual(BAD_REPLY);
  });

  it('believes no list that is shorter than it says', async () => {
    nock(host)
      .get(`${base}/Appointment`)
      .query(true)
      .reply(200, { ...bundle(APPOINTMENT), total: 2 });
    await expect(system().readBack(probe, call())).rejects.toEqual(BAD_REPLY);
  });

  it('stops at pages that are empty and never end, and at a page that comes twice', async () => {
    const search = async () => {
      const range = { practice, actor, from: NOON, to: new Date('2026-07-02T11:00:00Z') };
      for await (const page of system().searchSlots(range, call())) expect(page).toEqual([]);
    };
    let asked = 0;
    const next = (page: number) => ({
      ...bundle(),
      link: [{ relation: 'next', url: `https://r.invalid${base}/Slot?_page=${page}` }],
    });
    nock(host)
      .get(`${base}/Slot`)
      .query(true)
      .times(3)
      .reply(200, () => next(++asked));
    await expect(search()).rejects.toEqual(BAD_REPLY);
    nock(host)
      .post('/oauth2/token')
      .reply(200, { access_token: 't', expires_in: '599', token_type: 'Bearer' });
    nock(host)
      .get(`${base}/Slot`)
      .query(true)
      .times(2)
      .reply(200, () => next(1));
    await expect(search()).rejects.toEqual(BAD_REPLY);
  });
});
