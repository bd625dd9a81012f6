import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import pino from 'pino';
import { z } from 'zod';
import { CalendarDate } from '../../domain/london-time';
import { syntheticNhsNumber } from '../../domain/nhs-number';
import { OdsCode } from '../../domain/ods-code';
import { type RunningSimulators, startSimulators } from '../simulator/start-simulators';

/** Checks the bytes that the simulated proxy and receivers send against the published facts in README.md. */
const NOON = new Date('2026-07-01T11:00:00Z');
const BASE = '/booking-and-referral/FHIR/R4';
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64');

const Entry = z.object({ fullUrl: z.string(), resource: z.looseObject({ resourceType: z.string() }) });
const Searchset = z.object({
  resourceType: z.literal('Bundle'),
  type: z.literal('searchset'),
  total: z.number(),
  link: z.array(z.object({ relation: z.string(), url: z.string() })),
  entry: z.array(Entry).optional(),
});
const Slot = z.strictObject({
  resourceType: z.literal('Slot'),
  id: z.string(),
  meta: z.object({ profile: z.array(z.string()) }),
  extension: z.tuple([z.object({ url: z.string(), valueCode: z.enum(['In-person', 'Telephone', 'Video']) })]),
  serviceCategory: z.array(z.unknown()),
  appointmentType: z.object({ coding: z.tuple([z.object({ system: z.string(), display: z.string() })]) }),
  schedule: z.object({ reference: z.string().regex(/^urn:uuid:/) }),
  status: z.literal('free'),
  start: z.string(),
  end: z.string(),
});

describe('the simulated BaRS proxy and receivers', () => {
  let running: RunningSimulators;
  const clock = { now: NOON };
  let serial = 700_000;
  beforeAll(async () => {
    running = await startSimulators({ now: () => clock.now, logger: pino({ level: 'silent' }) });
  });
  beforeEach(() => {
    clock.now = NOON;
    running.faults.clear();
  });
  afterAll(() => running.close());

  const newPractice = () => OdsCode.parse(`B${(serial += 2)}`);
  const assertion = (claims: object = {}, alg = 'RS512') =>
    new SignJWT({
      iss: 'app',
      sub: 'app',
      aud: 'https://api.invalid/oauth2/token',
      jti: randomUUID(),
      exp: NOON.getTime() / 1000 + 200,
      ...claims,
    })
      .setProtectedHeader({ alg, kid: 'k' })
      .sign(privateKey);

  async function token(client_assertion?: string) {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: client_assertion ?? (await assertion()),
    });
    const response = await fetch(`${running.urls.bars}/oauth2/token`, { method: 'POST', body });
    const parsed = z.looseObject({ access_token: z.string().default('') }).parse(await response.json());
    return { status: response.status, ...parsed };
  }

  async function send(
    practice: string,
    path: string,
    init: { body?: object; headers?: Record<string, string | undefined> } = {},
  ) {
    const headers: Record<string, string | undefined> = {
      authorization: `Bearer ${(await token()).access_token}`,
      'nhsd-target-identifier': encoded({ system: 'https://fhir.nhs.uk/Id/dos-service-id', value: practice }),
      'nhsd-end-user-organisation': encoded({ resourceType: 'Organization', identifier: [{ value: 'X26' }] }),
      'nhsd-requesting-software': encoded({ resourceType: 'Device' }),
      'x-request-id': randomUUID(),
      'x-correlation-id': randomUUID(),
      ...init.headers,
    };
    const given = Object.entries(headers).filter((one): one is [string, string] => one[1] !== undefined);
    const response = await fetch(running.urls.bars + BASE + path, {
      method: init.body ? 'POST' : 'GET',
      headers: Object.fromEntries(given),
      ...(init.body && { body: JSON.stringify(init.body) }),
    });
    const text = await response.text();
    return { status: response.status, type: response.headers.get('content-type'), text };
  }

  const searchPath = (query: [string, string][] = []) => {
    const range: [string, string][] = [
      ['status', 'free'],
      ['start', 'ge2026-07-01T13:00:00+00:00'],
      ['start', 'le2026-07-01T15:00:00+00:00'],
      ['_include', 'Slot:schedule'],
      ['_include', 'Schedule:actor:HealthcareService'],
    ];
    return `/Slot?${new URLSearchParams([...range, ...query]).toString()}`;
  };
  async function slots(practice: OdsCode) {
    running.diary.deskFrees(practice, NOON, new Date('2026-07-01T16:00:00Z'));
    const bundle = Searchset.parse(JSON.parse((await send(practice, searchPath())).text));
    const entries = bundle.entry ?? [];
    const found = entries.filter(({ resource }) => resource.resourceType === 'Slot');
    return { bundle, entries, slots: found.map(({ resource }) => Slot.parse(resource)) };
  }

  function message(
    slot: { id: string; start: string; end: string },
    change: { id?: string; birthDate?: string } = {},
  ) {
    const nhsNumber = syntheticNhsNumber(serial++);
    const header = {
      resourceType: 'MessageHeader',
      id: change.id ?? randomUUID(),
      eventCoding: { code: 'booking-request' },
      reason: { coding: [{ code: 'new' }] },
      source: { endpoint: 'us' },
      destination: [{ receiver: { reference: 'urn:uuid:r' }, endpoint: 'them' }],
      sender: { reference: 'urn:uuid:s' },
      focus: [{ reference: 'urn:uuid:a' }],
    };
    const appointment = {
      resourceType: 'Appointment',
      status: 'booked',
      start: slot.start,
      end: slot.end,
      created: '2026-07-01T11:00:00+00:00',
      slot: [{ reference: `Slot/${slot.id}` }],
      description: 'words',
      participant: [{ actor: { reference: 'urn:uuid:p' } }],
    };
    const patient = {
      resourceType: 'Patient',
      identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: nhsNumber }],
      name: [{ family: 'Example', given: ['Zoë'] }],
      birthDate: change.birthDate ?? '1990-05-05',
    };
    const entry = [
      { fullUrl: 'urn:uuid:h', resource: header },
      { fullUrl: 'urn:uuid:a', resource: appointment },
      { fullUrl: 'urn:uuid:p', resource: patient },
    ];
    return { nhsNumber, body: { resourceType: 'Bundle', type: 'message', entry } };
  }
  const process = (practice: OdsCode, body: object) => send(practice, '/$process-message', { body });
  const failure = (status: number, code: string, issue: string) => ({
    status,
    text: expect.stringMatching(
      new RegExp(`"issue":\\[{"severity":"error","code":"${issue}".*"code":"${code}"`),
    ) as unknown,
  });

  describe('access', () => {
    it('is a token of ten minutes for a signed assertion', async () => {
      expect(await token()).toMatchObject({ status: 200, token_type: 'Bearer', expires_in: '599' });
    });

    it.each([
      ['that ends in more than five minutes', { exp: NOON.getTime() / 1000 + 301 }],
      ['that has ended', { exp: NOON.getTime() / 1000 }],
      ['whose issuer is not its subject', { sub: 'other' }],
    ])('is refused for an assertion %s', async (_, claims) => {
      expect(await token(await assertion(claims))).toMatchObject({ status: 400, error: 'invalid_request' });
    });

    it('is refused for an assertion that was used before, or is signed in another way', async () => {
      const once = await assertion();
      expect((await token(once)).status).toBe(200);
      expect((await token(once)).status).toBe(400);
      expect((await token(await assertion({}, 'RS256'))).status).toBe(400);
    });

    it.each([
      ['no token', { authorization: undefined }, 401, 'ACCESS_DENIED'],
      ['another token', { authorization: 'Bearer other' }, 401, 'ACCESS_DENIED'],
      ['no target', { 'nhsd-target-identifier': undefined }, 400, 'BAD_REQUEST'],
      ['a target in plain text', { 'nhsd-target-identifier': 'B1' }, 400, 'BAD_REQUEST'],
      ['no request id', { 'x-request-id': undefined }, 400, 'BAD_REQUEST'],
      ['no correlation id', { 'x-correlation-id': undefined }, 400, 'BAD_REQUEST'],
      ['another format', { accept: 'application/fhir+xml' }, 406, 'NOT_ACCEPTABLE'],
      ['a version unknown to it', { accept: 'application/fhir+json; version=2.0.0' }, 406, 'NOT_ACCEPTABLE'],
      ['no organisation', { 'nhsd-end-user-organisation': undefined }, 400, 'SEND_BAD_REQUEST'],
    ])('is refused by the proxy, whose codes have no REC_, with %s', async (_, headers, status, code) => {
      const { text, ...rest } = await send(newPractice(), searchPath(), { headers });
      expect([rest.status, text]).toEqual([status, expect.stringContaining(`"code":"${code}"`)]);
    });

    it('ends when its token ends', async () => {
      const { access_token } = await token();
      clock.now = new Date(NOON.getTime() + 600_000);
      const headers = { authorization: `Bearer ${access_token}` };
      expect((await send(newPractice(), '/metadata', { headers })).status).toBe(401);
    });
  });

  describe('what a receiver says of itself', () => {
    it('is a capability statement and the messages that it takes', async () => {
      const practice = newPractice();
      expect((await send(practice, '/metadata')).text).toContain('"resourceType":"CapabilityStatement"');
      expect((await send(practice, '/MessageDefinition')).text).toContain('"code":"booking-request"');
      expect(await send(practice, '/Nothing')).toMatchObject(failure(404, 'NOT_FOUND', 'not-found'));
    });
  });

  describe('slots', () => {
    it('are free ones with channel, type and schedule, referred to by UUIDs inside the Bundle', async () => {
      const { entries, slots: found, bundle } = await slots(newPractice());
      expect(found).toHaveLength(13);
      expect(bundle.total).toBe(13);
      const urls = entries.map(({ fullUrl }) => fullUrl);
      for (const slot of found) expect(urls).toContain(slot.schedule.reference);
      expect(entries.every(({ fullUrl }) => /^urn:uuid:[0-9a-f-]{36}$/.test(fullUrl))).toBe(true);
    });

    it('begin within both bounds, so that one may end after them', async () => {
      const { slots: found } = await slots(newPractice());
      const starts = found.map(({ start }) => new Date(start).toISOString()).sort();
      expect([starts[0], starts.at(-1)]).toEqual(['2026-07-01T13:00:00.000Z', '2026-07-01T15:00:00.000Z']);
    });

    it('have times in UTC from some receivers and in UK local time from others, always with an offset', async () => {
      const [even, odd] = [OdsCode.parse('B81000'), OdsCode.parse('B81001')];
      expect((await slots(even)).slots[0]!.start).toMatch(/^2026-07-01T1\d:\d\d:00\.000\+00:00$/);
      expect((await slots(odd)).slots[0]!.start).toMatch(/^2026-07-01T1\d:\d\d:00\+01:00$/);
    });

    it('come without resources that were not included, and name the includes that were honoured', async () => {
      const { entries } = await slots(newPractice());
      expect(entries.some(({ resource }) => resource.resourceType === 'Practitioner')).toBe(false);
      const { text } = await send(newPractice(), searchPath([['_include', 'HealthcareService:providedBy']]));
      const self = Searchset.parse(JSON.parse(text)).link.find(({ relation }) => relation === 'self')!;
      expect(decodeURIComponent(self.url)).toContain('Slot:schedule');
      expect(self.url).not.toContain('providedBy');
    });

    it('come in pages of a hundred with a link to the next', async () => {
      const practice = newPractice();
      running.diary.deskFrees(practice, NOON, new Date('2026-07-03T00:00:00Z'));
      const long = searchPath().replace('le2026-07-01T15', 'le2026-07-02T20');
      const first = Searchset.parse(JSON.parse((await send(practice, long)).text));
      const next = first.link.find(({ relation }) => relation === 'next')!;
      const { search } = new URL(next.url);
      const second = Searchset.parse(JSON.parse((await send(practice, `/Slot${search}`)).text));
      const ids = [first, second].map(({ entry = [] }) =>
        entry.flatMap(({ resource }) => (resource.resourceType === 'Slot' ? [Slot.parse(resource).id] : [])),
      );
      expect(ids.map(({ length }) => length)).toEqual([100, first.total - 100]);
      expect(new Set(ids.flat()).size).toBe(first.total);
      expect(second.link.some(({ relation }) => relation === 'next')).toBe(false);
    });

    it.each([
      ['one bound', 'start=le2026-07-01T15%3A00%3A00%2B00%3A00', ''],
      ['no offset', '%2B00%3A00', ''],
      ['an end', 'status=free', 'status=free&end=le2026-07-02'],
      ['no status', 'status=free', ''],
    ])('are not searched with %s', async (_, from, to) => {
      const reply = await send(newPractice(), searchPath().replace(from, to));
      expect([reply.status, reply.text]).toEqual([400, expect.stringContaining('REC_BAD_REQUEST')]);
    });
  });

  describe('a booking message', () => {
    it('is answered by a message with the appointment and its id', async () => {
      const practice = newPractice();
      const [slot] = (await slots(practice)).slots;
      const { status, type, text } = await process(practice, message(slot!).body);
      expect([status, type]).toEqual([200, 'application/fhir+json; version=1.1.0']);
      const [booked] = running.diary.appointments({ practice });
      expect(text).toContain('"resourceType":"Bundle"');
      expect(text).toContain(`"resourceType":"Appointment","id":"${booked!.id}"`);
    });

    it('conflicts where the slot is taken, and is a duplicate where it was processed before', async () => {
      const practice = newPractice();
      const [slot] = (await slots(practice)).slots;
      const first = message(slot!);
      await process(practice, first.body);
      expect(await process(practice, message(slot!).body)).toMatchObject(
        failure(409, 'REC_CONFLICT', 'conflict'),
      );
      expect(await process(practice, first.body)).toMatchObject(failure(409, 'REC_CONFLICT', 'duplicate'));
      expect(running.diary.appointments({ practice })).toHaveLength(1);
    });

    it('gives one slot to one of ten who want it at once', async () => {
      const practice = newPractice();
      const [slot] = (await slots(practice)).slots;
      const replies = await Promise.all(
        Array.from({ length: 10 }, () => process(practice, message(slot!).body)),
      );
      expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(409)]);
    });

    it.each([
      ['in the past', '2026-07-01T20:00:00Z'],
      ['beyond the horizon', '2026-05-01T11:00:00Z'],
    ])('is refused for a slot %s', async (_, at) => {
      const practice = newPractice();
      const [slot] = (await slots(practice)).slots;
      clock.now = new Date(at);
      const client = await assertion({ exp: clock.now.getTime() / 1000 + 200 });
      const { access_token } = await token(client);
      const reply = await send(practice, '/$process-message', {
        body: message(slot!).body,
        headers: { authorization: `Bearer ${access_token}` },
      });
      expect(reply).toMatchObject(failure(422, 'REC_UNPROCESSABLE_ENTITY', 'business-rule'));
    });

    it.each([
      ['that is not there', { id: 'slot-9000499' }, 404, 'REC_NOT_FOUND', 'not-found'],
      [
        'with other times',
        { end: '2026-07-01T13:11:00+00:00' },
        422,
        'REC_UNPROCESSABLE_ENTITY',
        'business-rule',
      ],
    ])('is refused for a slot %s', async (_, change, status, code, issue) => {
      const practice = newPractice();
      const [slot] = (await slots(practice)).slots;
      expect(await process(practice, message({ ...slot!, ...change }).body)).toMatchObject(
        failure(status, code, issue),
      );
    });

    it('is refused where the demographics differ from what the practice knows', async () => {
      const practice = newPractice();
      const [slot] = (await slots(practice)).slots;
      const { nhsNumber, body } = message(slot!);
      const person = {
        nhsNumber,
        familyName: 'Example',
        givenName: 'Zoë',
        birthDate: CalendarDate.parse('1991-01-01'),
      };
      running.diary.registerPatient(practice, person);
      expect(await process(practice, body)).toMatchObject(
        failure(422, 'REC_UNPROCESSABLE_ENTITY', 'business-rule'),
      );
    });

    it('is refused where it is none', async () => {
      expect(await process(newPractice(), { resourceType: 'Bundle' })).toMatchObject(
        failure(400, 'REC_BAD_REQUEST', 'invalid'),
      );
    });
  });

  describe('appointments', () => {
    async function booked() {
      const practice = newPractice();
      const [slot] = (await slots(practice)).slots;
      const { nhsNumber, body } = message(slot!);
      await process(practice, body);
      const { id } = running.diary.appointments({ practice })[0]!;
      const read = async () =>
        z
          .looseObject({ status: z.string() })
          .parse(JSON.parse((await send(practice, `/Appointment/${id}`)).text));
      const update = (appointment: object) => {
        const { body: sent } = message(slot!);
        const [header, , ...others] = sent.entry;
        const reason = { coding: [{ code: 'update' }] };
        const changed = { ...header!, resource: { ...header!.resource, reason } };
        const subject = { fullUrl: 'urn:uuid:a', resource: appointment };
        return process(practice, { ...sent, entry: [changed, subject, ...others] });
      };
      return { practice, slot: slot!, nhsNumber, id, read, update };
    }

    it('are listed by NHS number, with the slot, cancelled ones included', async () => {
      const { practice, nhsNumber, slot, id, read, update } = await booked();
      await update({ ...(await read()), status: 'cancelled' });
      const query = new URLSearchParams({
        'patient:identifier': `https://fhir.nhs.uk/Id/nhs-number|${nhsNumber}`,
      });
      const { text } = await send(practice, `/Appointment?${query.toString()}`);
      const [first, ...companions] = Searchset.parse(JSON.parse(text)).entry ?? [];
      expect(first).toMatchObject({
        resource: { id, status: 'cancelled', slot: [{ reference: `Slot/${slot.id}` }] },
      });
      expect(companions.map(({ resource }) => resource.resourceType)).toEqual(
        expect.arrayContaining(['Slot', 'Schedule']),
      );
      expect((await slots(practice)).slots.map((one) => one.id)).toContain(slot.id);
    });

    it('are booked by a message of the published form: slot by UUID, contacts ranked, no id in its header', async () => {
      const practice = newPractice();
      const { entries, slots: free } = await slots(practice);
      const slotUrl = entries.find(({ resource }) => resource.resourceType === 'Slot')!.fullUrl;
      const { body, nhsNumber } = message(free[0]!);
      const [header, appointment, patient] = body.entry.map(({ resource }) => resource) as [
        object,
        object,
        object,
      ];
      const phone = (value: string, rank: number, use?: string) => ({ system: 'phone', value, rank, use });
      const rank = (valuePositiveInt: number) => ({
        url: 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-ContactRank',
        valuePositiveInt,
      });
      const relationship = (code: string) => [
        { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code }] },
      ];
      const self = {
        extension: [rank(1)],
        relationship: relationship('ONESELF'),
        telecom: [phone('01138 698975', 2, 'home'), phone('07736 312544', 1, 'mobile')],
      };
      const nephew = {
        extension: [rank(2)],
        relationship: relationship('NEPHEW'),
        telecom: [phone('0789 1234567', 1)],
      };
      const published = (contact: object[]) => ({
        ...body,
        entry: [
          {
            fullUrl: 'urn:uuid:h',
            resource: {
              ...header,
              id: undefined,
              definition: 'https://fhir.nhs.uk/MessageDefinition/bars-message-booking-request',
            },
          },
          {
            fullUrl: 'urn:uuid:a',
            resource: { ...appointment, slot: [{ reference: slotUrl }], description: 'Reason for calling' },
          },
          { fullUrl: 'urn:uuid:p', resource: { ...patient, contact } },
          {
            fullUrl: slotUrl,
            resource: { resourceType: 'Slot', schedule: { reference: 'urn:uuid:c' }, status: 'busy' },
          },
        ],
      });
      for (const contact of [
        [nephew],
        [self, { ...nephew, extension: [rank(1)] }],
        [{ ...self, relationship: [] }],
        [{ ...self, telecom: [phone('1', 1)] }],
      ])
        expect(await process(practice, published(contact))).toMatchObject(
          failure(422, 'REC_UNPROCESSABLE_ENTITY', 'required'),
        );
      expect((await process(practice, published([self, nephew]))).status).toBe(200);
      expect(running.diary.appointments({ nhsNumber })).toMatchObject([
        { description: 'Reason for calling', contactPhone: '07736 312544' },
      ]);
    });

    it('are processed once under one X-Request-Id, whatever the message is called', async () => {
      const practice = newPractice();
      const free = (await slots(practice)).slots;
      const headers = { 'x-request-id': randomUUID() };
      const post = (body: object) => send(practice, '/$process-message', { body, headers });
      expect((await post(message(free[0]!).body)).status).toBe(200);
      expect(await post(message(free[1]!).body)).toMatchObject(failure(409, 'REC_CONFLICT', 'duplicate'));
    });

    it('are not made where the given name is another', async () => {
      const practice = newPractice();
      const { body, nhsNumber } = message((await slots(practice)).slots[0]!);
      const person = { nhsNumber, familyName: 'Example', birthDate: CalendarDate.parse('1990-05-05') };
      running.diary.registerPatient(practice, { ...person, givenName: 'Adam' });
      expect(await process(practice, body)).toMatchObject(
        failure(422, 'REC_UNPROCESSABLE_ENTITY', 'business-rule'),
      );
      running.diary.registerPatient(practice, { ...person, givenName: 'ZOE Mary' });
      expect((await process(practice, body)).status).toBe(200);
    });

    it('are not listed for what is no NHS number, and none is found under another id', async () => {
      const { practice } = await booked();
      expect(await send(practice, '/Appointment?patient:identifier=x|1')).toMatchObject(
        failure(400, 'REC_BAD_REQUEST', 'invalid'),
      );
      expect(await send(practice, '/Appointment/none')).toMatchObject(
        failure(404, 'REC_NOT_FOUND', 'not-found'),
      );
    });

    it('conflict where they are sent back otherwise than they were read', async () => {
      const { read, update } = await booked();
      const reply = await update({ ...(await read()), status: 'cancelled', description: 'changed' });
      expect(reply).toMatchObject(failure(409, 'REC_CONFLICT', 'conflict'));
    });
  });

  it.each([
    [408, 'REC_TIMEOUT', 'timeout'],
    [500, 'REC_SERVER_ERROR', 'exception'],
    [503, 'REC_UNAVAILABLE', 'transient'],
  ] as const)('answers %i as %s', async (status, code, issue) => {
    const practice = newPractice();
    running.faults.add({
      supplier: 'bars',
      practice,
      fault: { kind: 'server-error', status, afterCommit: false },
    });
    expect(await send(practice, searchPath())).toMatchObject(failure(status, code, issue));
  });

  it('answers 429 as SEND_TOO_MANY_REQUESTS', async () => {
    const practice = newPractice();
    running.faults.add({ supplier: 'bars', practice, fault: { kind: 'throttled', retryAfterSeconds: 3 } });
    expect(await send(practice, searchPath())).toMatchObject(
      failure(429, 'SEND_TOO_MANY_REQUESTS', 'throttled'),
    );
  });
});
