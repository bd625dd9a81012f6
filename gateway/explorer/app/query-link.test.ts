import { linkTo, queryIn } from './query-link';

const PAGE = 'http://127.0.0.1:4000/explorer/';

describe('a link to a query', () => {
  it('opens what it was made of', () => {
    const variables = { input: { from: '2026-11-01', note: 'a&b=c#d ü' } };
    const link = linkTo(`${PAGE}#query=old`, {
      query: 'query Q { a(b: 1) }',
      variables: JSON.stringify(variables),
    });
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:4000\/explorer\/#query=/);
    expect(queryIn(new URL(link!).hash)).toEqual({
      query: 'query Q { a(b: 1) }',
      variables: JSON.stringify(variables, null, 2),
    });
  });

  it('leaves out variables that are not kept or not there', () => {
    expect(linkTo(PAGE, { query: '{a}', variables: null })).toBe(`${PAGE}#query=%7Ba%7D`);
    expect(linkTo(PAGE, { query: '{a}', variables: '{}' })).toBe(`${PAGE}#query=%7Ba%7D`);
  });

  it('is not made where nobody could open it', () => {
    expect(linkTo(PAGE, { query: `{${'a'.repeat(40_000)}}`, variables: null })).toBeNull();
  });

  it.each(['', '#', '#query-editor', '#query=', '#variables={}', `#query=${'a'.repeat(40_000)}`])(
    'is not seen in %.30j',
    (hash) => {
      expect(queryIn(hash)).toBeNull();
    },
  );

  it('takes variables that are no JSON as they are', () => {
    expect(queryIn('#query={a}&variables={no')).toEqual({ query: '{a}', variables: '{no' });
  });
});
