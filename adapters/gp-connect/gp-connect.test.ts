import nock from 'nock';
import { z } from 'zod';
import { CalendarDate } from '../../domain/london-time';
import { manualTimers } from '../../domain/manual-timers';
import { syntheticNhsNumber } from '../../domain/nhs-number';
import { OdsCode } from '../../domain/ods-code';
import { type BookCommand, type Call, type Patient, type Slot, SupplierError } from '../gp-system';
import { gpSystemAt } from '../conformance/gp-system-at';
import { Bundle } from '../fhir/bundle';
import { manifest } from './gp-connect.manifest';
import { bookOutcomeOf, cancelOutcomeOf } from './gp-connect.outcomes';
import { isSamePerson, patientIn, slotsOf } from './gp-connect.replies';

const practice = OdsCode.parse('B86030');
const NOON = new Date('2026-07-01T11:00:00Z');
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

describe('the answer to a GP Connect booking', () => {
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
    expect(bookOutcomeOf(reply(status, operationOutcome(code)), manifest)).toEqual({
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
    expect(bookOutcomeOf(reply(status, body), manifest)).toMatchObject({ class: 'AMBIGUOUS' });
  });

  it('is a throttle for 429, with the time to wait', () => {
    const throttled = { ...reply(429, ''), headers: { 'retry-after': '7' } };
    expect(bookOutcomeOf(throttled, manifest)).toEqual({ class: 'THROTTLED', retryAfterMs: 7_000 });
  });
});

describe('the answer to a GP Connect cancellation', () => {
  it('is too late for 461, and stale for 409', () => {
    expect(cancelOutcomeOf(reply(461, ''), manifest)).toEqual({ class: 'REJECTED', refusal: 'TOO_LATE' });
    expect(cancelOutcomeOf(reply(409, operationOutcome('FHIR_CONSTRAINT_VIOLATION')), manifest)).toBeNull();
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
    reason: 'A private worry',
  };
  const APPOINTMENT = {
    resourceType: 'Appointment',
    id: '77',
    meta: { versionId: '3' },
    status: 'booked',
    start: SLOT.start,
    end: SLOT.end,
    slot: [{ reference: 'Slot/5' }],
    unknownToUs: { kept: true },
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
    nock(host).post(`${base}/Patient/$gpc.registerpatient`).reply(200, bundle(theirs));
    const bodies: string[] = [];
    nock(host)
      .post(`${base}/Appointment`, (body) => bodies.push(JSON.stringify(body)) > 0)
      .reply(201, { ...APPOINTMENT, meta: undefined }, { etag: 'W/"1"' });
    expect(await system().book(command, call())).toEqual({
      class: 'ACCEPTED',
      appointment: { id: '77', version: '1' },
    });
    expect(JSON.parse(bodies.at(-1)!)).toMatchObject({
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
      .query({ start: ['ge2026-06-30', 'le2026-07-01'] })
      .reply(422, operationOutcome('INVALID_PARAMETER'));
    const reading = system().readBack({ practice, patient, actor, slot: yesterday, marker: 'm' }, call());
    await expect(reading).rejects.toMatchObject({ fault: 'REQUEST_REFUSED' });
  });

  it('finds no patient in an empty Bundle', () => {
    expect(patientIn(Bundle.parse({ resourceType: 'Bundle' }))).toBeUndefined();
  });
});
