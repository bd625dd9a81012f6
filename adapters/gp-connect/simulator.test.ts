import { z } from 'zod';
import { CalendarDate, wallClockWithOffset } from '../../domain/london-time';
import { syntheticNhsNumber } from '../../domain/nhs-number';
import { OdsCode } from '../../domain/ods-code';
import { CONSUMER } from '../conformance/gp-system-at';
import { diary } from '../simulator/diary';
import type { DiarySlot } from '../simulator/diary-records';
import { type DiaryPlan, seedDiary } from '../simulator/seed-diary';
import { auditToken, type Scope } from './jwt';
import { gpConnectSimulator } from './simulator';

const NOON = new Date('2026-07-01T11:00:00Z');
const BASE = '/B86030/STU3/1/gpconnect/fhir';
const PROFILES = 'https://fhir.nhs.uk/STU3/StructureDefinition';
const now = () => NOON;

const token = (scope: Scope, at = NOON) =>
  auditToken({
    consumer: CONSUMER,
    actor: { kind: 'PATIENT', id: 'pseudonym' },
    scope,
    audience: 'https://aud.invalid',
    now: at,
  });

function ask(path: string, query: [string, string][], change: Record<string, string | undefined> = {}) {
  const isSlot = path === '/Slot';
  const headers = {
    'ssp-traceid': 'trace',
    'ssp-from': '9990001',
    'ssp-to': '9990002',
    'ssp-interactionid': `urn:nhs:names:services:gpconnect:fhir:rest:search:${isSlot ? 'slot' : 'patient'}-1`,
    authorization: `Bearer ${token(isSlot ? 'organization/*.read' : 'patient/*.read')}`,
    ...change,
  };
  const request = { method: 'GET', path: BASE + path, query: new URLSearchParams(query), headers, body: '' };
  const reply = gpConnectSimulator({ diary: diary({ now }), now }).answer(request);
  return { status: reply.status, body: reply.body, headers: reply.headers };
}

const SEARCH: [string, string][] = [
  ['status', 'free'],
  ['start', 'ge2026-07-01T12:00:00+01:00'],
  ['end', 'le2026-07-15T12:00:00+01:00'],
  ['_include', 'Slot:schedule'],
  ['searchFilter', 'https://fhir.nhs.uk/STU3/CodeSystem/GPConnect-OrganisationType-1|urgent-care'],
];
const without = (name: string) => SEARCH.filter(([key]) => key !== name);
const withEnd = (end: string): [string, string][] => [...without('end'), ['end', end]];

describe('the simulated GP Connect provider', () => {
  it('answers a correct search with slots, schedules and an organisation, not to be stored', () => {
    const { status, body, headers } = ask('/Slot', SEARCH);
    expect(status).toBe(200);
    expect(headers?.['cache-control']).toBe('no-store');
    for (const type of ['Slot', 'Schedule', 'Organization'])
      expect(body).toContain(`"resourceType":"${type}"`);
    expect(body).not.toContain('"resourceType":"Practitioner"');
    expect(body).toMatch(/"start":"2026-07-01T\d\d:\d\d:00\+01:00"/);
  });

  it.each(['status', 'start', 'end', '_include'])('answers 400 when %s is missing', (name) => {
    expect(ask('/Slot', without(name))).toMatchObject({ status: 400 });
  });

  it.each([
    ['more than fourteen days', 'le2026-07-15T12:00:01+01:00'],
    ['an offset not valid on that date', 'le2026-07-10T12:00:00+00:00'],
    ['no offset', 'le2026-07-10T12:00:00'],
    ['the wrong prefix', 'lt2026-07-10T12:00:00+01:00'],
  ])('answers 422 INVALID_PARAMETER for %s', (_, end) => {
    const { status, body } = ask('/Slot', withEnd(end));
    expect(status).toBe(422);
    expect(body).toContain('INVALID_PARAMETER');
  });

  it('takes a date as upper bound for the end of that day', () => {
    expect(ask('/Slot', withEnd('le2026-07-14')).status).toBe(200);
  });

  it('answers an empty Bundle, without orphans, where nothing is free', () => {
    const { status, body } = ask('/Slot', withEnd('le2026-07-01T12:00:00+01:00'));
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({ resourceType: 'Bundle', type: 'searchset' });
  });

  it('ignores filters that it does not know', () => {
    expect(ask('/Slot', [...SEARCH, ['searchFilter', 'https://example.invalid|x']]).status).toBe(200);
  });

  it.each([
    ['no token', undefined, 401],
    ['a stale token', `Bearer ${token('organization/*.read', new Date('2026-07-01T10:00:00Z'))}`, 401],
    ['a token without its trailing dot', `Bearer ${token('organization/*.read').slice(0, -1)}`, 401],
    ['a token for another scope', `Bearer ${token('patient/*.read')}`, 400],
    ['a token that may write', `Bearer ${token('patient/*.write')}`, 400],
  ])('refuses %s', (_, authorization, status) => {
    expect(ask('/Slot', SEARCH, { authorization })).toMatchObject({ status });
  });

  it('refuses an interaction that does not fit', () => {
    expect(
      ask('/Slot', SEARCH, { 'ssp-interactionid': 'urn:nhs:names:services:gpconnect:fhir:other' }).status,
    ).toBe(400);
  });

  it('answers an empty Bundle for a patient it does not know, and 400 for what is no NHS number', () => {
    const system = 'https://fhir.nhs.uk/Id/nhs-number';
    const unknown = ask('/Patient', [['identifier', `${system}|${syntheticNhsNumber(20)}`]]);
    expect(unknown).toMatchObject({
      status: 200,
      body: JSON.stringify({ resourceType: 'Bundle', type: 'searchset' }),
    });
    expect(ask('/Patient', [['identifier', `${system}|1234567890`]]).body).toContain('INVALID_NHS_NUMBER');
  });
});

describe('the simulated provider’s appointments', () => {
  const FREED = [new Date('2026-07-01T12:00:00Z'), new Date('2026-07-01T14:00:00Z')] as const;
  const practice = OdsCode.parse('B86030');
  const ods = 'https://fhir.nhs.uk/Id/ods-organization-code';
  const type = 'https://fhir.nhs.uk/STU3/CodeSystem/GPConnect-OrganisationType-1';
  let serial = 800_000;

  /** One provider whose clock can be moved, with two free hours. */
  function provider(plan?: DiaryPlan) {
    const clock = { now: NOON };
    const at = () => clock.now;
    const book = diary({ now: at, ...(plan && { plan }) });
    book.deskFrees(practice, ...FREED);
    const protocol = gpConnectSimulator({ diary: book, now: at });
    const send = (
      method: string,
      path: string,
      interaction: string,
      extra: {
        query?: [string, string][];
        body?: object;
        match?: string;
        scope?: Scope;
        headers?: object;
      } = {},
    ) => {
      const headers = {
        'ssp-traceid': 'trace',
        'ssp-from': '1',
        'ssp-to': '2',
        'ssp-interactionid': `urn:nhs:names:services:gpconnect:fhir:${interaction}`,
        authorization: `Bearer ${token(extra.scope ?? 'patient/*.write', clock.now)}`,
        ...(extra.match && { 'if-match': extra.match }),
        ...extra.headers,
      };
      const query = new URLSearchParams(extra.query);
      return protocol.answer({
        method,
        path: BASE + path,
        query,
        headers,
        body: JSON.stringify(extra.body ?? {}),
      });
    };
    const nhsNumber = syntheticNhsNumber(serial++);
    const register = (resource: object = {}) =>
      send('POST', '/Patient/$gpc.registerpatient', 'operation:gpc.registerpatient-1', {
        body: {
          resourceType: 'Parameters',
          parameter: [
            {
              name: 'registerPatient',
              resource: {
                resourceType: 'Patient',
                meta: { profile: [`${PROFILES}/CareConnect-GPC-Patient-1`] },
                identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: nhsNumber }],
                name: [{ use: 'official', family: 'Example', given: ['Zoë'] }],
                birthDate: '1990-05-05',
                ...resource,
              },
            },
          ],
        },
      });
    return { clock, book, send, register, nhsNumber };
  }

  const LOCATION = { actor: { reference: 'Location/1' }, status: 'accepted' };
  const ORGANISATION = {
    resourceType: 'Organization',
    id: '1',
    name: 'Us',
    telecom: [{ system: 'phone', value: '01632 960000' }],
  };
  const CANCELLATION = {
    url: `${PROFILES}/Extension-GPConnect-AppointmentCancellationReason-1`,
    valueString: 'why',
  };
  const organisationExtension = (reference: string) => ({
    url: `${PROFILES}/Extension-GPConnect-BookingOrganisation-1`,
    valueReference: { reference },
  });
  /** The plan of a practice that restricts nobody. */
  function everybody(): DiaryPlan {
    const plan = seedDiary();
    const networkRelease = { organisationType: null, organisations: null };
    const open = (slot: DiarySlot): DiarySlot => ({ ...slot, session: { ...slot.session, networkRelease } });
    const one = (...at: Parameters<DiaryPlan['slot']>) => {
      const slot = plan.slot(...at);
      return slot && open(slot);
    };
    return { ...plan, slot: one, slotsBetween: (...range) => plan.slotsBetween(...range).map(open) };
  }

  /** A patient registered, and a body that books the first free slot. */
  function ready(plan?: DiaryPlan) {
    const on = provider(plan);
    on.register();
    const patient = on.book.patient(practice, on.nhsNumber)!;
    const [slot] = on.book.freeSlots(practice, ...FREED, {
      route: 'NETWORK',
      organisationType: 'urgent-care',
    });
    const body = {
      resourceType: 'Appointment',
      meta: { profile: [`${PROFILES}/GPConnect-Appointment-1`] },
      contained: [
        {
          resourceType: 'Organization',
          id: '1',
          identifier: [{ system: ods, value: 'X26' }],
          name: 'Us',
          type: [{ coding: [{ system: type, code: 'urgent-care' }] }],
          telecom: [{ system: 'phone', value: '01632 960000' }],
        },
      ],
      extension: [
        {
          url: `${PROFILES}/Extension-GPConnect-BookingOrganisation-1`,
          valueReference: { reference: '#1' },
        },
      ],
      status: 'booked',
      description: 'words',
      start: wallClockWithOffset(slot!.startsAt),
      end: wallClockWithOffset(slot!.endsAt),
      created: '2026-07-01T12:00:00+01:00',
      slot: [{ reference: `Slot/${slot!.id}` }],
      participant: [`Patient/${patient.id}`, 'Location/1'].map((reference) => ({
        actor: { reference },
        status: 'accepted',
      })),
    };
    const book = (change: object = {}, headers: Record<string, string> = {}) =>
      on.send('POST', '/Appointment', 'rest:create:appointment-1', { body: { ...body, ...change }, headers });
    return { ...on, patient, slot: slot!, body, bookAppointment: book };
  }

  function booked() {
    const on = ready();
    const { headers, body } = on.bookAppointment();
    const resource = z.looseObject({ id: z.string() }).parse(JSON.parse(body));
    const path = `/Appointment/${resource.id}`;
    const put = (interaction: string, change: object, match = headers?.['etag']) =>
      on.send('PUT', path, interaction, { body: { ...resource, ...change }, ...(match && { match }) });
    const reason = {
      url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-GPConnect-AppointmentCancellationReason-1',
      valueString: 'why',
    };
    const extension = [...z.array(z.looseObject({})).parse(resource.extension), reason];
    const cancel = (change: object = {}, match?: string) =>
      put('rest:cancel:appointment-1', { status: 'cancelled', extension, ...change }, match);
    return { ...on, path, put, cancel, resource };
  }

  it('registers temporarily, once; never a person whom the register does not trace', () => {
    const { register, book, nhsNumber } = provider();
    expect(register().status).toBe(200);
    expect(book.patient(practice, nhsNumber)).toMatchObject({ registration: 'TEMPORARY' });
    expect(register()).toMatchObject({ status: 409, body: containing('DUPLICATE_REJECTED') });
    const untraced = [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9434765919' }];
    expect(register({ identifier: untraced })).toMatchObject({
      status: 400,
      body: containing('INVALID_PATIENT_DEMOGRAPHICS'),
    });
  });

  it('shows nothing of a sensitive patient', () => {
    const { book, send, nhsNumber } = provider();
    const person = { familyName: 'E', givenName: 'E', birthDate: CalendarDate.parse('1990-05-05') };
    book.registerPatient(practice, { ...person, nhsNumber, sensitive: true });
    const query: [string, string][] = [['identifier', `https://fhir.nhs.uk/Id/nhs-number|${nhsNumber}`]];
    const { status, body } = send('GET', '/Patient', 'rest:search:patient-1', {
      query,
      scope: 'patient/*.read',
    });
    expect([status, JSON.parse(body)]).toEqual([200, { resourceType: 'Bundle', type: 'searchset' }]);
  });

  it('answers a booking 201 with ETag and Location', () => {
    const { status, headers, body } = ready().bookAppointment();
    expect(status).toBe(201);
    expect(headers?.['etag']).toBe('W/"1"');
    expect(headers?.['location']).toMatch(/\/Appointment\/[-0-9a-f]{36}$/);
    expect(body).toContain('"status":"booked"');
  });

  it('answers 409 DUPLICATE_REJECTED for a slot that is no longer free', () => {
    const { bookAppointment } = ready();
    bookAppointment();
    expect(bookAppointment()).toMatchObject({ status: 409, body: containing('DUPLICATE_REJECTED') });
  });

  it.each([
    ['times in another offset', { start: '2026-07-01T12:00:00+00:00' }, 'INVALID_RESOURCE'],
    ['a reason', { reason: [{}] }, 'INVALID_RESOURCE'],
    ['a description of more than 100 characters', { description: 'x'.repeat(101) }, 'INVALID_RESOURCE'],
    ['a comment of more than 500 characters', { comment: 'x'.repeat(501) }, 'INVALID_RESOURCE'],
    ['no booking organisation', { contained: [] }, 'INVALID_RESOURCE'],
    ['no profile', { meta: undefined }, 'INVALID_RESOURCE'],
    ['another profile', { meta: { profile: ['https://hl7.org/fhir/Appointment'] } }, 'INVALID_RESOURCE'],
    ['a field that the profile does not have', { neverHeardOf: 1 }, 'INVALID_RESOURCE'],
    ['a specialty', { specialty: [{}] }, 'INVALID_RESOURCE'],
    ['no description', { description: undefined }, 'INVALID_RESOURCE'],
    ['no time of creation', { created: undefined }, 'INVALID_RESOURCE'],
    ['another status', { status: 'pending' }, 'INVALID_RESOURCE'],
    ['no patient', { participant: [LOCATION] }, 'INVALID_RESOURCE'],
    ['a participant without a status', { participant: [{ actor: LOCATION.actor }] }, 'INVALID_RESOURCE'],
    ['a slot of no practice', { slot: [{ reference: 'Slot/never-issued' }] }, 'INVALID_RESOURCE'],
    ['no reference to the organisation', { extension: [] }, 'INVALID_RESOURCE'],
    ['a reference to no organisation', { extension: [organisationExtension('#2')] }, 'INVALID_RESOURCE'],
    ['a cancellation reason', { extension: [organisationExtension('#1'), CANCELLATION] }, 'INVALID_RESOURCE'],
    [
      'an organisation without a name',
      { contained: [{ ...ORGANISATION, name: undefined }] },
      'INVALID_RESOURCE',
    ],
    [
      'an organisation without telecom',
      { contained: [{ ...ORGANISATION, telecom: [] }] },
      'INVALID_RESOURCE',
    ],
    [
      'an identifier without a value',
      { contained: [{ ...ORGANISATION, identifier: [{ system: 'ods' }] }] },
      'INVALID_RESOURCE',
    ],
    ['a slot that is not there', { slot: [{ reference: 'Slot/9000499' }] }, 'REFERENCE_NOT_FOUND'],
  ])('answers 422 to a booking with %s', (_, change, code) => {
    const { bookAppointment, book } = ready();
    expect(bookAppointment(change)).toMatchObject({ status: 422, body: containing(code) });
    expect(book.appointments({ practice })).toEqual([]);
  });

  it('takes a booking organisation without identifier, and without type where the slot is for everybody', () => {
    const { bookAppointment } = ready(everybody());
    expect(bookAppointment({ contained: [ORGANISATION] }).status).toBe(201);
  });

  it('refuses a booking organisation without the type that the slot is kept for', () => {
    const { bookAppointment } = ready();
    expect(bookAppointment({ contained: [ORGANISATION] })).toMatchObject({ status: 422 });
  });

  it('returns the organisation as it was sent, with channel, role, type and session', () => {
    const { resource, slot } = booked();
    expect(resource).toMatchObject({
      contained: [{ id: '1', name: 'Us', telecom: [{ system: 'phone', value: '01632 960000' }] }],
      serviceCategory: { text: slot.session.name },
      serviceType: [{ text: slot.slotType }],
    });
    expect(JSON.stringify(resource.extension)).toMatch(
      /DeliveryChannel-2","valueCode":"(In-person|Telephone)"/,
    );
    if (slot.session.clinician) expect(JSON.stringify(resource.extension)).toContain('PractitionerRole-1');
  });

  it('keeps the telephone number of a registration, and wants its profile', () => {
    const { register, book, nhsNumber } = provider();
    expect(register({ meta: undefined })).toMatchObject({
      status: 422,
      body: containing('INVALID_RESOURCE'),
    });
    expect(register({ telecom: [{ system: 'phone', value: '1', use: 'old' }] })).toMatchObject({
      status: 422,
    });
    register({ telecom: [{ system: 'phone', value: '07700 900123', use: 'temp' }] });
    expect(book.patient(practice, nhsNumber)?.phone).toBe('07700 900123');
  });

  it('registers somebody without a given name, and never one that is empty', () => {
    const { register, book, nhsNumber } = provider();
    expect(register({ name: [{ use: 'official', family: 'Example', given: [''] }] })).toMatchObject({
      status: 422,
    });
    expect(register({ name: [{ use: 'official', family: 'Example' }] }).status).toBe(200);
    expect(book.patient(practice, nhsNumber)?.givenName).toBe('');
  });

  it('sends the resource only to who wants it', () => {
    const { bookAppointment } = ready();
    const { status, body, headers } = bookAppointment({}, { prefer: 'return=minimal' });
    expect([status, body, headers?.['etag']]).toEqual([201, '', 'W/"1"']);
  });

  it('reads a patient, a practitioner, a location and its capabilities', () => {
    const { send, patient, slot } = booked();
    const read = (path: string, interaction: string, scope: Scope) =>
      send('GET', path, `rest:read:${interaction}-1`, { scope });
    expect(read(`/Patient/${patient.id}`, 'patient', 'patient/*.read').body).toContain(patient.nhsNumber);
    expect(read('/Patient/none', 'patient', 'patient/*.read').status).toBe(404);
    expect(read('/Location/1', 'location', 'organization/*.read').body).toContain('Main surgery');
    const { clinician } = slot.session;
    if (clinician)
      expect(read(`/Practitioner/${clinician.id}`, 'practitioner', 'organization/*.read').body).toContain(
        clinician.familyName,
      );
    expect(read('/metadata', 'metadata', 'organization/*.read').body).toContain('CapabilityStatement');
  });

  it.each([
    [{ accept: 'application/fhir+xml' }, [], 415],
    [{ accept: 'text/html, application/fhir+json;q=0.5' }, [], 200],
    [{ accept: 'application/json' }, [], 200],
    [{}, [['_format', 'application/fhir+xml']], 415],
    [{ accept: 'application/fhir+xml' }, [['_format', 'json']], 200],
  ] as [Record<string, string>, [string, string][], number][])(
    'answers %j with %j in JSON, or not at all',
    (headers, format, status) => {
      expect(ask('/Slot', [...SEARCH, ...format], headers).status).toBe(status);
    },
  );

  it('reads no appointment that is past', () => {
    const { send, path, clock } = booked();
    const scope = 'patient/*.read';
    expect(send('GET', path, 'rest:read:appointment-1', { scope }).status).toBe(200);
    clock.now = new Date('2026-07-01T15:00:00Z');
    expect(send('GET', path, 'rest:read:appointment-1', { scope }).status).toBe(422);
  });

  it('refuses what is past', () => {
    const { bookAppointment, clock } = ready();
    clock.now = new Date('2026-07-01T15:00:00Z');
    expect(bookAppointment()).toMatchObject({ status: 422, body: containing('INVALID_RESOURCE') });
  });

  it('retrieves by two dates, today’s and cancelled ones included, and knows no past', () => {
    const { send, patient, cancel, clock } = booked();
    cancel();
    const list = (from: string, to: string) =>
      send('GET', `/Patient/${patient.id}/Appointment`, 'rest:search:patient_appointments-1', {
        query: [
          ['start', `ge${from}`],
          ['start', `le${to}`],
        ],
        scope: 'patient/*.read',
      });
    expect(list('2026-07-01', '2026-07-02').body).toContain('"status":"cancelled"');
    expect(list('2026-06-30', '2026-07-02')).toMatchObject({
      status: 422,
      body: containing('INVALID_PARAMETER'),
    });
    expect(list('2026-07-01T00:00:00+01:00', '2026-07-02').status).toBe(422);
    clock.now = new Date('2026-07-02T09:00:00Z');
    expect(list('2026-07-01', '2026-07-02').status).toBe(422);
  });

  it('cancels with the current version, changing status and reason only', () => {
    const { cancel, put, book, slot } = booked();
    expect(put('rest:cancel:appointment-1', { status: 'cancelled' })).toMatchObject({ status: 422 });
    expect(cancel({ description: 'other' })).toMatchObject({
      status: 422,
      body: containing('INVALID_RESOURCE'),
    });
    expect(cancel({}, 'W/"7"')).toMatchObject({ status: 409, body: containing('FHIR_CONSTRAINT_VIOLATION') });
    const { status, headers } = cancel();
    expect([status, headers?.['etag']]).toEqual([200, 'W/"2"']);
    expect(book.isFree(slot)).toBe(true);
  });

  it('wants If-Match, and knows no appointment of another id', () => {
    const { send, path } = booked();
    expect(send('PUT', path, 'rest:cancel:appointment-1').status).toBe(400);
    const scope = 'patient/*.read';
    expect(send('GET', '/Appointment/none', 'rest:read:appointment-1', { scope })).toMatchObject({
      status: 404,
      body: containing('NO_RECORD_FOUND'),
    });
  });

  it('amends description and comment, and nothing else', () => {
    const { put, clock } = booked();
    const amend = (change: object, match?: string) => put('rest:update:appointment-1', change, match);
    expect(amend({ status: 'arrived' })).toMatchObject({ status: 422 });
    expect(amend({ description: 'other' }, 'W/"9"').status).toBe(409);
    const { status, body, headers } = amend({ description: 'other', comment: 'more' });
    expect([status, headers?.['etag']]).toEqual([200, 'W/"2"']);
    expect(body).toContain('"description":"other","comment":"more"');
    clock.now = new Date('2026-07-01T15:00:00Z');
    expect(amend({ description: 'late' }, 'W/"2"').status).toBe(422);
  });

  it.each([
    [
      '14 calendar days across the October change',
      '2026-10-20T12:00:00+01:00',
      '2026-11-03T12:00:00+00:00',
      200,
    ],
    ['an hour more', '2026-10-20T12:00:00+01:00', '2026-11-03T13:00:00+00:00', 422],
    [
      '14 calendar days across the March change',
      '2027-03-20T12:00:00+00:00',
      '2027-04-03T12:00:00+01:00',
      200,
    ],
  ])('takes a range for %s by the calendar', (_, from, to, status) => {
    const query: [string, string][] = [
      ['status', 'free'],
      ['start', `ge${from}`],
      ['end', `le${to}`],
      ['_include', 'Slot:schedule'],
    ];
    const { send } = provider();
    expect(send('GET', '/Slot', 'rest:search:slot-1', { query, scope: 'organization/*.read' }).status).toBe(
      status,
    );
  });

  /** Tests the restrictions that a consumer sees through, by its headers. */
  it.each([
    ['nothing', [], [true, false, false, false]],
    ['its type', [`${type}|urgent-care`], [true, true, false, false]],
    ['its code', [`${ods}|X26`], [true, false, true, false]],
    ['both', [`${type}|urgent-care`, `${ods}|X26`], [true, true, true, true]],
    ['others', [`${type}|gp-practice`, `${ods}|Y99`], [true, false, false, false]],
  ])('shows slots to a consumer that sends %s by the searchFilter matrix', (_, filters, seen) => {
    const releases = [
      { organisationType: null, organisations: null },
      { organisationType: 'urgent-care', organisations: null },
      { organisationType: null, organisations: [OdsCode.parse('X26')] },
      { organisationType: 'urgent-care', organisations: [OdsCode.parse('X26')] },
    ];
    const found = releases.map((networkRelease) => {
      const plan = seedDiary();
      const released = (slot: DiarySlot): DiarySlot => ({
        ...slot,
        session: { ...slot.session, networkRelease },
      });
      const { send } = provider({
        ...plan,
        slotsBetween: (...range) => plan.slotsBetween(...range).map(released),
      });
      const query: [string, string][] = [
        ...SEARCH.filter(([name]) => name !== 'searchFilter'),
        ...filters.map((filter): [string, string] => ['searchFilter', filter]),
      ];
      const { body } = send('GET', '/Slot', 'rest:search:slot-1', { query, scope: 'organization/*.read' });
      return body.includes('"resourceType":"Slot"');
    });
    expect(found).toEqual(seen);
  });
});

const containing = (part: string): unknown => expect.stringContaining(part);
