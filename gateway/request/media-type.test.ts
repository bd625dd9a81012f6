import { GRAPHQL_TYPE, isUtf8Json, JSON_TYPE, negotiate } from './media-type';

test.each<[string | undefined, string | null]>([
  [undefined, JSON_TYPE],
  ['', JSON_TYPE],
  ['*/*', JSON_TYPE],
  ['application/*', JSON_TYPE],
  ['application/json', JSON_TYPE],
  ['Application/JSON; Charset=UTF-8', JSON_TYPE],
  ['application/json;charset="utf-8";q=0.1', JSON_TYPE],
  ['application/json, text/plain, */*', JSON_TYPE],
  ['application/graphql-response+json', GRAPHQL_TYPE],
  // Apollo Client 4, urql 6 and graphql-request 7, as they send them.
  ['application/graphql-response+json,application/json;q=0.9', GRAPHQL_TYPE],
  [
    'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
    GRAPHQL_TYPE,
  ],
  [
    'multipart/mixed;incrementalSpec=v0.2,application/graphql-response+json,application/json;q=0.9',
    GRAPHQL_TYPE,
  ],
  ['application/graphql-response+json, application/json', GRAPHQL_TYPE],
  ['application/json, application/graphql-response+json', JSON_TYPE],
  ['application/json;q=0.5, application/graphql-response+json;q=0.6', GRAPHQL_TYPE],
  ['application/json;q=0, */*', GRAPHQL_TYPE],
  ['application/graphql-response+json;q=0, */*;q=0.1', JSON_TYPE],
  ['text/html, , application/json', JSON_TYPE],
  ['text/html', null],
  ['application/xml', null],
  ['application/json;q=0', null],
  ['*/*;q=0', null],
  ['application/json;q=2', null],
  ['application/json;charset=iso-8859-1', null],
  ['application/json;version=2', null],
  ['"application/json"', null],
  ['nonsense', null],
])('accept: %s is answered in %s', (accept, expected) => {
  expect(negotiate(accept)).toBe(expected);
});

test.each<[string | undefined, boolean]>([
  ['application/json', true],
  ['application/json; charset=utf-8', true],
  ['APPLICATION/JSON;CHARSET="UTF8"', true],
  ['application/json; profile="a;charset=latin1"', true],
  ['application/json;', true],
  [undefined, false],
  ['', false],
  ['application/json; charset=iso-8859-1', false],
  ['application/json; charset=utf-16', false],
  ['application/json; charset=', false],
  ['application/json, text/plain', false],
  ['text/plain', false],
  ['application/x-www-form-urlencoded', false],
  ['multipart/form-data; boundary=application/json', false],
  ['application/graphql', false],
])('content-type: %s is JSON in UTF-8: %s', (contentType, expected) => {
  expect(isUtf8Json(contentType)).toBe(expected);
});

test.each([',', ';', '"', ' ', '; ', ';=', 'a/b;', '\\"', '*/*,'])(
  'a header of 16 kB of %j is read in linear time',
  (part) => {
    // What grows with the square of it would take seconds, and one that grows faster for ever.
    const header = part.repeat(16_384 / part.length);
    for (let times = 0; times < 50; times++) {
      negotiate(header);
      isUtf8Json(header);
    }
  },
);
