import { buildSchema } from 'graphql';
import { impersonal } from './impersonal';

const SCHEMA = buildSchema(`
  scalar LocalDate
  enum Dimension { WEEK PATHWAY }
  input Input { from: LocalDate!, to: LocalDate!, groupBy: [Dimension!]!, reason: String, dateOfBirth: LocalDate, latitude: Float, where: [StatisticsFilterInput!] }
  input StatisticsFilterInput { dimension: Dimension!, in: [String!]! }
  type Query { statistics(input: Input!, first: Int, all: Boolean): Int, person(name: String, id: ID, number: Int, at: Float): Int }
`);
const STATISTICS = 'query S($input: Input!, $first: Int) { statistics(input: $input, first: $first) }';
const input = { from: '2026-11-01', to: '2026-11-30', groupBy: ['WEEK', 'PATHWAY'] };
const filtered = (value: string) => ({ ...input, where: [{ dimension: 'PATHWAY', in: [value] }] });
const keptVariables = (variables: object, query = STATISTICS) =>
  impersonal(query, JSON.stringify(variables), SCHEMA)?.variables;

describe('impersonal', () => {
  it('keeps a query and the variables of statistics', () => {
    expect(keptVariables({ input, first: 5 })).toBe(JSON.stringify({ input, first: 5 }));
    expect(keptVariables({ input: { ...input, from: '2026-11', to: '2026-11-02T09:00:00.000Z' } })).toContain(
      '2026-11',
    );
    expect(keptVariables({ input: { ...input, from: '2026-W45', to: '2026-W48' } })).toContain('2026-W45');
    for (const value of ['Female', 'Rash in a child', 'QWO', 'Z90001', '0 to 4'])
      expect(keptVariables({ input: filtered(value) })).toContain(value);
    expect(
      impersonal(
        '{ statistics(input: {from: "2026-11-01", to: "2026-11-30", groupBy: [WEEK]}, all: true) }',
        '',
        SCHEMA,
      ),
    ).toMatchObject({
      variables: '{}',
    });
  });

  it.each<[string, object]>([
    ['free text', { input: { ...input, reason: 'Rash of Ruth' } }],
    ['a date of birth', { input: { ...input, dateOfBirth: '2018-06-01' } }],
    ['a place on the map', { input: { ...input, latitude: 53.79 } }],
    ['text that is no time of a period', { input: { ...input, from: 'Ruth' } }],
    ['an NHS number in a filter', { input: filtered('943 476 5919') }],
    ['a sentence in a filter', { input: filtered('Rash. Ruth says so.') }],
    ['a constant that the schema does not have', { input: { ...input, groupBy: ['RUTH'] } }],
    ['a field that the schema does not have', { input: { ...input, RUTH: 1 } }],
    ['a variable that is not declared', { input, name: 1 }],
    ['a number as long as an NHS number', { input, first: 9_434_765_919 }],
  ])('keeps no variables with %s, but the query', (_name, variables) => {
    expect(impersonal(STATISTICS, JSON.stringify(variables), SCHEMA)).toEqual({
      query: expect.stringContaining('query S(') as string,
      variables: null,
    });
  });

  it.each([
    '{ person(name: "Ruth") }',
    '{ person(id: "b6f0") }',
    '{ person(name: Ruth) }',
    '{ person(number: 9434765919) }',
    '{ person(at: 53.79) }',
    '{ statistics(input: {from: "Ruth"}) }',
    'query Q($name: String = "Ruth") { person(name: $name) }',
    'query P { statistics(input: {from: "2026-11-01"}) } query Q($born: String = "2018-06-01") { person(name: $born) }',
    'no query',
    '',
  ])('keeps nothing of %j', (query) => {
    expect(impersonal(query, '', SCHEMA)).toBeNull();
  });

  it('keeps no comment, and without a schema no variable', () => {
    expect(impersonal('# Ruth, 01632 960123\n{ person }', '', SCHEMA)).toEqual({
      query: '{\n  person\n}',
      variables: '{}',
    });
    expect(impersonal(STATISTICS, JSON.stringify({ input }), null)?.variables).toBeNull();
    expect(impersonal(STATISTICS, 'no JSON', SCHEMA)?.variables).toBeNull();
  });
});
