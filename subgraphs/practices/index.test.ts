import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { Caller } from '../../domain/caller';
import { syntheticNhsNumber } from '../../domain/nhs-number';
import { practicesUnderTest, type PracticesUnderTest } from '../../tests/practices-under-test';
import { practicesTypeDefs } from './schema';

describe('the practices subgraph', () => {
  let practices: PracticesUnderTest;

  beforeAll(async () => {
    practices = await practicesUnderTest();
  });
  afterAll(() => practices.close());

  describe('practice', () => {
    it('is found by its code, however it is typed', async () => {
      const { data } = await practices.ask(
        '{ practice(odsCode: " z90001\\u200b") { odsCode name address { lines postcode } phone location { latitude longitude } release { version status updatedAt } } }',
      );
      expect(data).toEqual({
        practice: {
          odsCode: 'Z90001',
          name: 'Headland Row Surgery',
          address: { lines: ['70 Packhorse Way', 'Leeds', 'West Yorkshire'], postcode: 'WY1 1AA' },
          phone: '01632 960001',
          location: { latitude: 53.79787, longitude: -1.5486 },
          release: { version: 1, status: 'OPEN', updatedAt: null },
        },
      });
    });

    it('is null when the directory has none', async () => {
      const { data } = await practices.ask('{ practice(odsCode: "__proto__") { name } }');
      expect(data).toEqual({ practice: null });
    });

    it('is an entity that other subgraphs can refer to', async () => {
      const { data } = await practices.ask(
        '{ _entities(representations: [{ __typename: "Practice", odsCode: "Z90002" }, { __typename: "Practice", odsCode: "Z99999" }]) { ... on Practice { odsCode } } }',
      );
      expect(data).toEqual({ _entities: [{ odsCode: 'Z90002' }, null] });
    });
  });

  describe('searchPractices', () => {
    it('finds practices by name', async () => {
      const { data } = await practices.ask(
        '{ searchPractices(text: "HEADL", first: 3) { odsCode directoryAsOf } }',
      );
      expect(data).toEqual({ searchPractices: [{ odsCode: 'Z90001', directoryAsOf: '2026-01-05' }] });
    });

    it.each(['first: 51', 'first: 0'])('refuses %s rather than answer with fewer', async (first) => {
      const { errors } = await practices.ask(`{ searchPractices(text: "a", ${first}) { odsCode } }`);
      expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    });

    it('refuses a text that nobody types', async () => {
      const { errors } = await practices.ask(`{ searchPractices(text: "${'a'.repeat(101)}") { odsCode } }`);
      expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    });
  });

  describe('myPractice', () => {
    const mine = async (caller: unknown) =>
      (await practices.ask('{ myPractice { odsCode } }', {}, Caller.parse(caller))).data.myPractice;
    const id = 'caller-0123456789abcdef';
    const self = {
      id: 'person-1',
      nhsNumber: syntheticNhsNumber(1),
      familyName: 'Test',
      givenName: 'Person',
      birthDate: '1990-01-01',
    };

    it("is the patient's own, or the one where staff work", async () => {
      const patient = {
        kind: 'patient',
        id,
        proofing: 'P9',
        self: { ...self, registeredPractice: 'Z90003' },
        actsFor: [],
      };
      await expect(mine(patient)).resolves.toEqual({ odsCode: 'Z90003' });
      await expect(
        mine({ kind: 'practice-staff', id, practice: 'Z90004', roleCode: 'R8000' }),
      ).resolves.toEqual({
        odsCode: 'Z90004',
      });
    });

    it.each([
      { kind: 'anonymous' },
      { kind: 'patient', id, proofing: 'P9', self, actsFor: [] },
      { kind: 'analyst', id },
      { kind: 'operator', id },
    ])('is null for $kind callers whose identity names none', async (caller) => {
      await expect(mine(caller)).resolves.toBeNull();
    });
  });

  it('prints the same schema with and without its stores', () => {
    expect(practicesTypeDefs()).toBe(practices.typeDefs);
  });

  it('hides from clients what only the graph is to see', () => {
    const others = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
      type Query { assessment: Assessment }
      type Assessment @key(fields: "id") { id: ID! place: Place subject: Subject! outcome: Outcome }
      type Outcome { disposition: Disposition! }
      type Disposition @key(fields: "id") { id: ID! modes: [AppointmentMode!]! }
      enum AppointmentMode { IN_PERSON TELEPHONE VIDEO }
      type Place { latitude: Float! longitude: Float! }
      type Subject { registeredPracticeOdsCode: String ageInMonths: Int! }`;
    const { schema, errors } = composeServices([
      { name: 'practices', url: 'http://127.0.0.1/practices', typeDefs: parse(practices.typeDefs) },
      { name: 'triage', url: 'http://127.0.0.1/triage', typeDefs: parse(others) },
    ]);
    expect(errors).toBeUndefined();
    const api = schema!.toAPISchema();
    expect(api.type('Practice')).toBeDefined();
    for (const hidden of ['Candidate', 'CandidatePractices', 'SupplierConnection'])
      expect(api.type(hidden)).toBeUndefined();
  });
});
