import nock from 'nock';
import { z } from 'zod';
import { CalendarDate } from '../../domain/london-time';
import { manualTimers } from '../../domain/manual-timers';
import { syntheticNhsNumber } from '../../domain/nhs-number';
import { OdsCode } from '../../domain/ods-code';
import { type BookCommand, type Call, type Patient, type Slot, SupplierError } from '../gp-system';
import { gpSystemAt } from '../conformance/gp-system-at';
import { Bundle } from '../fhir/bundle';
import { bookOutcomeOf, cancelOutcomeOf } from './gp-connect.outcomes';
import { FhirAppointment, isSamePerson, patientIn, SlotData, slotsOf } from './gp-connect.replies';

const practice = OdsCode.parse('B86030');
const NOON = new Date('2026-07-01T11:00:00Z');
const NHS_NUMBER = 'https://fhir.nhs.uk/Id/nhs-number';
const CHANNEL = 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-GPConnect-DeliveryChannel-2';
const ROLE = 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-GPConnect-PractitionerRole-1';

const SLOT = {
  resourceType: 'Slot',
  id: '5',
  // The channel is not always the first extension.
  extension: [{ url: 'https://example.invalid/other' }, { url: CHANNEL, valueCode: 'In-person' }],
  serviceType: [{ text: '111 urgent' }],
  schedule: { reference: 'Schedule/14' },
  status: 'free',
  start: '2026-07-01T14:10:00+01:00',
  end: '2026-07-01T14:20:00+01:00',
};
const SCHEDULE = {
  resourceType: 'Schedule',
  id: '14',
  extension: [
    { url: ROLE, valueCodeableConcept: { coding: [{ code: 'R0260', display: 'General Practitioner' }] } },
  ],
  serviceCategory: { text: '111 clinic' },
  actor: [{ reference: 'Location/17' }, { reference: 'Practitioner/2' }],
};
const PRACTITIONER = {
  resourceType: 'Practitioner',
  id: '2',
  name: [{ use: 'usual', family: 'Example', given: ['Ada'], prefix: ['Dr'] }],
};
const bundle = (...resources: object[]) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resources.map((resource) => ({ resource })),
});
const slots = (...resources: object[]) => slotsOf(Bundle.parse(bundle(...resources)), practice);

describe('the mapping of GP Connect slots', () => {
  it('gathers slot, schedule and practitioner, and keeps the times as they were written', () => {
    expect(slots(SLOT, SCHEDULE, PRACTITIONER)).toEqual([
      {
        practice,
        id: '5',
        startsAt: new Date('2026-07-01T13:10:00Z'),
        endsAt: new Date('2026-07-01T13:20:00Z'),
        mode: 'IN_PERSON',
        slotType: '111 urgent',
        sessionName: '111 clinic',
        clinicianName: 'Dr Ada Example',
        clinicianRole: 'General Practitioner',
        supplierData: JSON.stringify({
          start: SLOT.start,
          end: SLOT.end,
          location: 'Location/17',
          practitioner: 'Practitioner/2',
        }),
      },
    ]);
  });

  it.each([
    ['the practitioner', [SCHEDULE]],
    ['the schedule', []],
    ['the schedule in a readable form', [{ resourceType: 'Schedule', id: 3 }]],
  ])('keeps a slot without %s', (_, others) => {
    expect(slots(SLOT, ...others)).toMatchObject([{ id: '5', clinicianName: undefined }]);
  });

  it.each([
    ['without a channel', { extension: [] }],
    ['for a home visit', { extension: [{ url: CHANNEL, valueCode: 'Visit' }] }],
    ['that is busy', { status: 'busy' }],
    ['without a type', { serviceType: [] }],
  ])('leaves out a slot %s', (_, change) => {
    expect(slots({ ...SLOT, ...change })).toEqual([]);
  });

  it.each([
    ['slot and session', SLOT, SCHEDULE, '111 urgent'],
    ['the slot alone', SLOT, { ...SCHEDULE, serviceCategory: undefined }, '111 urgent'],
    [
      'the session’s type',
      { ...SLOT, serviceType: [] },
      { ...SCHEDULE, serviceType: [{ text: 'Urgent' }] },
      'Urgent',
    ],
    ['the session’s name', { ...SLOT, serviceType: undefined }, SCHEDULE, '111 clinic'],
  ])('takes the type of a slot from %s', (_, slot, schedule, slotType) => {
    expect(slots(slot, schedule)).toMatchObject([{ slotType }]);
  });

  it('counts the slots that it leaves out, by the reason', () => {
    const reasons: string[] = [];
    const untyped = { ...SLOT, serviceType: [] };
    slotsOf(Bundle.parse(bundle(untyped, { ...SLOT, extension: [] })), practice, (reason) =>
      reasons.push(reason),
    );
    expect(reasons).toEqual(['NO_TYPE', 'NO_MODE']);
  });

  it('refuses the slots of another practice', () => {
    const organisation = (value: string) => ({
      resourceType: 'Organization',
      identifier: [{ system: 'https://fhir.nhs.uk/Id/ods-organization-code', value }],
    });
    expect(slots(SLOT, SCHEDULE, organisation('B86030'))).toHaveLength(1);
    expect(() => slots(SLOT, SCHEDULE, organisation('A99999'))).toThrow(SupplierError);
  });

  it('refuses a slot whose time cannot be read', () => {
    expect(() => slots({ ...SLOT, start: '2026-07-01T010:00:00' })).toThrow(SupplierError);
  });

  it('reads both passes of the repeated hour', () => {
    const first = { ...SLOT, id: '1', start: '2026-10-25T01:30:00+01:00', end: '2026-10-25T01:40:00+01:00' };
    const second = { ...SLOT, id: '2', start: '2026-10-25T01:30:00+00:00', end: '2026-10-25T01:40:00+00:00' };
    const times = slots(first, second).map(({ startsAt }) => startsAt.toISOString());
    expect(times).toEqual(['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z']);
  });
});

describe('the comparison of persons', () => {
  const ours: Patient = {
    nhsNumber: syntheticNhsNumber(13),
    familyName: 'Ó Súilleabháin',
    givenName: 'Siân Mary',
    birthDate: CalendarDate.parse('2021-02-28'),
  };
  const theirs = {
    id: '1',
    identifier: [],
    name: [{ use: 'official', family: 'O SUILLEABHAIN', given: ['Sian'] }],
    birthDate: ours.birthDate,
  };

  it('ignores case, accents, spaces and further given names', () => {
    expect(isSamePerson(theirs, ours)).toBe(true);
  });

  it.each([
    ['family name', { ...ours, familyName: 'Sullivan' }],
    ['given name', { ...ours, givenName: 'Mary' }],
    ['birth date', { ...ours, birthDate: CalendarDate.parse('2021-02-27') }],
  ])('fails on another %s', (_, other) => {
    expect(isSamePerson(theirs, other)).toBe(false);
  });
});

const operationOutcome = (code: string, issue = 'invalid') => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: issue, details: { coding: [{ code }] }, diagnostics: 'free text' }],
});
const reply = (status: number, body: object | string) => ({
  status,
  headers: {},
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

const SLOT_BOOKED = slots(SLOT, SCHEDULE)[0]!;
const ASKED = {
  slot: SLOT_BOOKED,
  data: SlotData.parse(JSON.parse(SLOT_BOOKED.supplierData)),
  patientId: 'p9',
};
const participant = (...references: string[]) =>
  references.map((reference) => ({ actor: { reference }, status: 'accepted' }));
const APPOINTMENT = {
  resourceType: 'Appointment',
  id: '77',
  meta: { versionId: '3' },
  status: 'booked',
  start: SLOT.start,
  end: SLOT.end,
  slot: [{ reference: 'Slot/5' }],
  participant: participant('Patient/p9', 'Location/17'),
  unknownToUs: { kept: true },
} as const;
/** Lists what a reply to a booking may say instead, each alone. */
const ANOTHER = [
  ['status', { status: 'cancelled' }],
  ['status', { status: 'pending' }],
  ['status', { status: 'proposed' }],
  ['status', { status: 'noshow' }],
  ['status', { status: 'entered-in-error' }],
  ['status', { status: 'newly-invented' }],
  ['slot', { slot: [{ reference: 'Slot/424242' }] }],
  ['slot, and ours', { slot: [{ reference: 'Slot/5' }, { reference: 'Slot/6' }] }],
  ['resource in place of a slot', { slot: [{ reference: 'Schedule/5' }] }],
  ['start', { start: '2027-01-05T09:00:00+00:00' }],
  ['start in another offset', { start: '2026-07-01T14:10:00+00:00' }],
  ['end', { end: '2026-07-01T14:30:00+01:00' }],
  ['patient', { participant: participant('Patient/p8', 'Location/17') }],
  ['resource in place of a patient', { participant: participant('RelatedPerson/p9', 'Location/17') }],
  ['list of nobody', { participant: [] }],
  ['place', { participant: participant('Patient/p9', 'Location/18') }],
] as const;

const BAD_REPLY = expect.objectContaining({ fault: 'BAD_REPLY' }) as Error;

describe('the answer to a GP Connect booking', () => {
  const answered = (change: object) => bookOutcomeOf(reply(201, { ...APPOINTMENT, ...change }), ASKED);

  it.each([
    ['as asked for', {}],
    ['with absolute references', { participant: participant('https://p.invalid/x/Patient/p9/_history/2') }],
    ['with the same instant in another offset', { start: '2026-07-01T13:10:00+00:00' }],
  ])('is an acceptance for an appointment %s', (_, change) => {
    expect(answered(change)).toEqual({ class: 'ACCEPTED', appointment: { id: '77', version: '3' } });
  });

  it.each(ANOTHER)('is not believed where it names another %s', (_, change) => {
    expect(() => answered(change)).toThrow(BAD_REPLY);
  });

  it.each([
    [409, 'DUPLICATE_REJECTED', 'SLOT_TAKEN'],
    [422, 'REFERENCE_NOT_FOUND', 'SLOT_NOT_FOUND'],
    [422, 'INVALID_RESOURCE', 'INVALID_REQUEST'],
    [400, 'BAD_REQUEST', 'INVALID_REQUEST'],
    [404, 'PATIENT_NOT_FOUND', 'PATIENT_NOT_ACCEPTED'],
    [403, 'NO_ORGANISATION_CONSENT', 'NOT_PERMITTED'],
    [403, 'ACCESS DENIED', 'NOT_PERMITTED'],
    [403, 'ACCESS_DENIED', 'NOT_PERMITTED'],
  ])('is a refusal for %i %s', (status, code, refusal) => {
    expect(bookOutcomeOf(reply(status, operationOutcome(code)), ASKED)).toEqual({
      class: 'REJECTED',
      refusal,
    });
  });

  it.each([
    ['a 409 that is not in its words', 409, ''],
    ['a 422 of unknown code', 422, operationOutcome('SOMETHING_NEW')],
    ['a 500 with a refusal in it', 500, operationOutcome('DUPLICATE_REJECTED')],
    ['the proxy failing', 502, 'Bad gateway'],
  ])('is not understood for %s', (_, status, body) => {
    expect(bookOutcomeOf(reply(status, body), ASKED)).toMatchObject({ class: 'AMBIGUOUS' });
  });

  it('is a throttle for 429, with the time to wait', () => {
    const throttled = { ...reply(429, ''), headers: { 'retry-after': '7' } };
    expect(bookOutcomeOf(throttled, ASKED)).toEqual({ class: 'THROTTLED', retryAfterMs: 7_000 });
  });
});

describe('the answer to a GP Connect cancellation', () => {
  const current = FhirAppointment.parse(APPOINTMENT);
  const cancelled = { ...APPOINTMENT, status: 'cancelled' };
  const answered = (change: object) => cancelOutcomeOf(reply(200, { ...cancelled, ...change }), current);

  it('is too late for 461, and stale for 409', () => {
    expect(cancelOutcomeOf(reply(461, ''), current)).toEqual({ class: 'REJECTED', refusal: 'TOO_LATE' });
    expect(cancelOutcomeOf(reply(409, operationOutcome('FHIR_CONSTRAINT_VIOLATION')), current)).toBeNull();
  });

  it('is an acceptance for that appointment, cancelled', () => {
    expect(answered({})).toEqual({ class: 'ACCEPTED' });
  });

  it.each([
    ...ANOTHER.filter(([name]) => name !== 'place').filter(([, change]) => !('status' in change)),
    ['id', { id: '78' }],
    ['status', { status: 'booked' }],
    ['status', { status: 'newly-invented' }],
  ] as const)('is not believed where it names another %s', (_, change) => {
    expect(() => answered(change)).toThrow(BAD_REPLY);
  });
});

describe('a GP Connect exchange, as recorded', () => {
  const host = 'https://ssp.invalid';
  const base = `/${practice}/STU3/1/gpconnect/fhir`;
  const system = () => gpSystemAt('gp-connect', host, () => NOON, manualTimers());
  const call = (): Call => ({
    signal: new AbortController().signal,
    deadline: Number.POSITIVE_INFINITY,
    requestId: 'request-1',
  });
  const patient: Patient = {
    nhsNumber: syntheticNhsNumber(14),
    familyName: 'Example',
    givenName: 'Ada',
    birthDate: CalendarDate.parse('1990-05-05'),
  };
  const theirs = {
    resourceType: 'Patient',
    id: 'p9',
    identifier: [{ system: NHS_NUMBER, value: patient.nhsNumber }],
    name: [{ use: 'official', family: 'Example', given: ['Ada'] }],
    birthDate: patient.birthDate,
  };
  const slot: Slot = slots(SLOT, SCHEDULE)[0]!;
  const actor = { kind: 'PATIENT', id: 'pseudonym' } as const;
  const command: BookCommand = {
    attemptId: 'a',
    marker: 'GBG-1',
    slot,
    patient,
    actor,
    contactPhone: '07700 900456',
    reason: 'A private worry',
  };
  const cancelling = { practice, patient, actor, slot, appointment: { id: '77', version: '1' } };
  const finding = (...found: object[]) =>
    nock(host)
      .get(`${base}/Patient`)
      .query({ identifier: `https://fhir.nhs.uk/Id/nhs-number|${patient.nhsNumber}` })
      .reply(200, bundle(...found));

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

  it('searches with UK offsets, filters and an unsigned token of five minutes', async () => {
    const tokens: string[] = [];
    nock(host, { reqheaders: { 'ssp-interactionid': /rest:search:slot-1$/, 'ssp-from': '999000000001' } })
      .get(`${base}/Slot`)
      .query({
        status: 'free',
        start: 'ge2026-07-01T12:00:00+01:00',
        end: 'le2026-07-01T18:00:00+01:00',
        _include: 'Slot:schedule',
        '_include:recurse': ['Schedule:actor:Practitioner', 'Schedule:actor:Location'],
        searchFilter: [
          'https://fhir.nhs.uk/Id/ods-organization-code|X26',
          'https://fhir.nhs.uk/STU3/CodeSystem/GPConnect-OrganisationType-1|urgent-care',
        ],
      })
      .matchHeader('authorization', (value) => tokens.push(value) > 0)
      .reply(200, bundle(SLOT, SLOT, SCHEDULE));
    const range = { from: NOON, to: new Date('2026-07-01T17:00:00Z') };
    for await (const page of system().searchSlots({ ...range, practice, actor }, call()))
      expect(page.map(({ id }) => id)).toEqual(['5']);

    const [header, payload, signature] = tokens.at(-1)!.replace('Bearer ', '').split('.');
    const decoded = (part: string | undefined): unknown =>
      JSON.parse(Buffer.from(part!, 'base64url').toString());
    expect(decoded(header)).toEqual({ alg: 'none', typ: 'JWT' });
    expect(signature).toBe('');
    const claims = z.looseObject({ iat: z.number(), exp: z.number() }).parse(decoded(payload));
    expect(claims).toMatchObject({
      requested_scope: 'organization/*.read',
      sub: 'pseudonym',
      exp: claims.iat + 300,
    });
  });

  it('registers a patient whom the practice does not know, then books without their words', async () => {
    finding();
    const bodies: string[] = [];
    nock(host)
      .post(`${base}/Patient/$gpc.registerpatient`, (body) => bodies.push(JSON.stringify(body)) > 0)
      .reply(200, bundle(theirs));
    nock(host)
      .post(`${base}/Appointment`, (body) => bodies.push(JSON.stringify(body)) > 0)
      .reply(201, { ...APPOINTMENT, meta: undefined }, { etag: 'W/"1"' });
    expect(await system().book(command, call())).toEqual({
      class: 'ACCEPTED',
      appointment: { id: '77', version: '1' },
    });
    expect(JSON.parse(bodies[0]!)).toMatchObject({
      parameter: [
        {
          resource: {
            meta: { profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-Patient-1'] },
            telecom: [{ system: 'phone', value: '07700 900456', use: 'temp' }],
          },
        },
      ],
    });
    expect(JSON.parse(bodies.at(-1)!)).toMatchObject({
      meta: { profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-Appointment-1'] },
      description: 'Tel 07700 900456. Booked online after a symptom check',
      status: 'booked',
      start: SLOT.start,
      end: SLOT.end,
      comment: 'GBG-1',
      slot: [{ reference: 'Slot/5' }],
      participant: [
        { actor: { reference: 'Patient/p9' } },
        { actor: { reference: 'Location/17' } },
        { actor: { reference: 'Practitioner/2' } },
      ],
    });
    expect(bodies.at(-1)).not.toContain('worry');
  });

  it('books nothing for a person who is another at the practice', async () => {
    finding({ ...theirs, birthDate: '1991-05-05' });
    expect(await system().book(command, call())).toEqual({
      class: 'REJECTED',
      refusal: 'PATIENT_NOT_ACCEPTED',
    });
  });

  it('books nothing for a person whom the register does not trace', async () => {
    finding();
    nock(host)
      .post(`${base}/Patient/$gpc.registerpatient`)
      .reply(400, operationOutcome('INVALID_PATIENT_DEMOGRAPHICS'));
    expect(await system().book(command, call())).toEqual({
      class: 'REJECTED',
      refusal: 'PATIENT_NOT_ACCEPTED',
    });
  });

  it('sends no booking when the patient cannot be looked up', async () => {
    nock(host).get(`${base}/Patient`).query(true).reply(500);
    expect(await system().book(command, call())).toMatchObject({
      class: 'NOT_SENT',
      error: { fault: 'SERVER_ERROR', mayHaveBeenSent: false },
    });
  });

  it('cancels with the version that it read, and changes nothing else', async () => {
    finding(theirs);
    nock(host).get(`${base}/Appointment/77`).reply(200, APPOINTMENT);
    nock(host, { reqheaders: { 'if-match': 'W/"3"' } })
      .put(`${base}/Appointment/77`, {
        ...APPOINTMENT,
        status: 'cancelled',
        extension: [
          {
            url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-GPConnect-AppointmentCancellationReason-1',
            valueString: 'Cancelled by the patient',
          },
        ],
      })
      .reply(200, { ...APPOINTMENT, status: 'cancelled' });
    expect(await system().cancel(cancelling, call())).toEqual({ class: 'ACCEPTED' });
  });

  it('reads a stale appointment again, and leaves it when it has been moved', async () => {
    finding(theirs);
    finding();
    nock(host).get(`${base}/Appointment/77`).reply(200, APPOINTMENT);
    nock(host).put(`${base}/Appointment/77`).reply(409, operationOutcome('FHIR_CONSTRAINT_VIOLATION'));
    nock(host)
      .get(`${base}/Appointment/77`)
      .reply(200, { ...APPOINTMENT, slot: [{ reference: 'Slot/6' }] });
    expect(await system().cancel(cancelling, call())).toEqual({
      class: 'REJECTED',
      refusal: 'CHANGED_MEANWHILE',
    });
  });

  it('says that a day gone by cannot be read back, rather than that it is empty', async () => {
    const yesterday = {
      ...slot,
      startsAt: new Date('2026-06-30T13:10:00Z'),
      endsAt: new Date('2026-06-30T13:20:00Z'),
    };
    finding(theirs);
    nock(host)
      .get(`${base}/Patient/p9/Appointment`)
      .query({ start: ['ge2026-06-30', 'le2026-07-28'] })
      .reply(422, operationOutcome('INVALID_PARAMETER'));
    const reading = system().readBack(
      { practice, patient, actor, slot: yesterday, marker: 'm', attemptId: 'a' },
      call(),
    );
    await expect(reading).rejects.toMatchObject({ fault: 'REQUEST_REFUSED' });
  });

  const reading = (...listed: object[]) => {
    finding(theirs);
    nock(host)
      .get(`${base}/Patient/p9/Appointment`)
      .query(true)
      .reply(200, bundle(...listed));
    const probe = { practice, patient, actor, slot, marker: 'GBG-1', attemptId: 'a' };
    return system().readBack(probe, call());
  };

  it.each([
    ['booked', 'BOOKED'],
    ['arrived', 'BOOKED'],
    ['fulfilled', 'BOOKED'],
    ['cancelled', 'CANCELLED'],
    ['entered-in-error', 'CANCELLED'],
  ])('reads back the status %s as %s', async (status, read) => {
    expect(await reading({ ...APPOINTMENT, status })).toMatchObject([{ id: '77', status: read }]);
  });

  it.each(['pending', 'proposed', 'waitlist', 'noshow', 'newly-invented'])(
    'takes the status %s of its appointment for neither, and leaves out another of it',
    async (status) => {
      const BAD_REPLY = { fault: 'BAD_REPLY' };
      const elsewhere = {
        slot: [{ reference: 'Slot/6' }],
        start: '2026-07-02T14:10:00+01:00',
        end: '2026-07-02T14:20:00+01:00',
      };
      await expect(reading({ ...APPOINTMENT, status })).rejects.toMatchObject(BAD_REPLY);
      await expect(reading({ ...APPOINTMENT, ...elsewhere, status, comment: 'GBG-1' })).rejects.toMatchObject(
        BAD_REPLY,
      );
      expect(await reading({ ...APPOINTMENT, ...elsewhere, status })).toEqual([]);
    },
  );

  it.each([
    ['is of another patient', { participant: participant('Patient/p8') }],
    ['is of nobody', { participant: [] }],
    ['is in the year 9999', { start: '9999-07-01T14:10:00+01:00', end: '9999-07-01T14:20:00+01:00' }],
    ['ends before it starts', { end: '2026-07-01T14:00:00+01:00' }],
    ['lasts six days', { end: '2026-07-07T14:00:00+01:00' }],
  ])('believes no list with an appointment that %s', async (_, change) => {
    await expect(reading({ ...APPOINTMENT, ...change })).rejects.toMatchObject({ fault: 'BAD_REPLY' });
  });

  it.each([
    ['shows nobody', []],
    ['shows two people', [theirs, { ...theirs, id: 'p10' }]],
    ['shows somebody else', [{ ...theirs, identifier: [{ system: NHS_NUMBER, value: '9990000000' }] }]],
    ['shows a record without a number', [{ ...theirs, identifier: [] }]],
    ['shows a record that is closed', [{ ...theirs, active: false }]],
  ])('knows nothing of appointments at a practice that %s', async (_, shown) => {
    finding(...shown);
    const probe = { practice, patient, actor, slot, marker: 'GBG-1', attemptId: 'a' };
    await expect(system().readBack(probe, call())).rejects.toMatchObject({ name: 'SupplierError' });
  });

  it.each([
    ['two people', [theirs, { ...theirs, id: 'p10' }]],
    [
      'somebody else of the same name',
      [{ ...theirs, identifier: [{ system: NHS_NUMBER, value: '9990000000' }] }],
    ],
  ])('books nobody where the practice shows %s', async (_, shown) => {
    finding(...shown);
    expect(await system().book(command, call())).toMatchObject({
      class: 'NOT_SENT',
      error: { fault: 'BAD_REPLY' },
    });
  });

  it('reads back every page, and knows nothing where one is missing or never ends', async () => {
    const next = (page: string) => [
      { relation: 'next', url: `https://p.invalid/x/Patient/p9/Appointment?page=${page}` },
    ];
    const pages = (...second: [number, object]) => {
      finding(theirs);
      nock(host)
        .get(`${base}/Patient/p9/Appointment`)
        .query((query) => query['page'] === undefined)
        .reply(200, { ...bundle(), link: next('2') });
      nock(host)
        .get(`${base}/Patient/p9/Appointment`)
        .query({ page: '2' })
        .reply(...second);
      const probe = { practice, patient, actor, slot, marker: 'GBG-1', attemptId: 'a' };
      return system().readBack(probe, call());
    };
    expect(await pages(200, bundle(APPOINTMENT))).toMatchObject([{ id: '77' }]);
    await expect(pages(500, {})).rejects.toMatchObject({ fault: 'SERVER_ERROR' });
    await expect(pages(200, { ...bundle(), link: next('2') })).rejects.toMatchObject({ fault: 'BAD_REPLY' });
  });

  it('tells the channel, session and clinician to which the desk has moved somebody', async () => {
    const moved = {
      ...APPOINTMENT,
      comment: 'GBG-1',
      slot: [{ reference: 'Slot/6' }],
      extension: [{ url: CHANNEL, valueCode: 'Telephone' }, ...SCHEDULE.extension],
      serviceCategory: { text: 'General clinic' },
      participant: participant('Patient/p9', 'Location/17', 'Practitioner/3'),
    };
    nock(host)
      .get(`${base}/Practitioner/3`)
      .reply(200, { ...PRACTITIONER, id: '3', name: [{ family: 'Other' }] });
    expect(await reading(moved)).toMatchObject([
      {
        slotId: '6',
        startsAt: slot.startsAt,
        mode: 'TELEPHONE',
        sessionName: 'General clinic',
        clinicianName: 'Other',
        clinicianRole: 'General Practitioner',
        carriesMarker: true,
      },
    ]);
  });

  it.each([
    ['is another one', { id: '78' }, { class: 'NOT_SENT' }],
    ['is of another patient', { participant: participant('Patient/p8') }, { refusal: 'NOT_FOUND' }],
    ['was missed', { status: 'noshow' }, { refusal: 'TOO_LATE' }],
    ['is over', { status: 'fulfilled' }, { refusal: 'TOO_LATE' }],
    ['is of a status unknown to us', { status: 'newly-invented' }, { class: 'NOT_SENT' }],
    ['was entered in error', { status: 'entered-in-error' }, { class: 'ACCEPTED' }],
  ])('cancels nothing where what is read %s', async (_, change, outcome) => {
    finding(theirs);
    nock(host)
      .get(`${base}/Appointment/77`)
      .reply(200, { ...APPOINTMENT, ...change });
    expect(await system().cancel(cancelling, call())).toMatchObject(outcome);
  });

  it('takes only the practice’s own word for an appointment that is not there', async () => {
    for (const [body, outcome] of [
      ['<html>Not found</html>', { class: 'NOT_SENT' }],
      [operationOutcome('NO_RECORD_FOUND'), { class: 'REJECTED', refusal: 'NOT_FOUND' }],
    ] as const) {
      finding(theirs);
      nock(host).get(`${base}/Appointment/77`).reply(404, body);
      expect(await system().cancel(cancelling, call())).toMatchObject(outcome);
    }
  });

  it('finds no patient in an empty Bundle', () => {
    expect(patientIn(Bundle.parse({ resourceType: 'Bundle' }), patient.nhsNumber)).toBeUndefined();
  });
});
