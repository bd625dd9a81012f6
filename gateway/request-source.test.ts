import type { IncomingMessage } from 'node:http';
import { requestSource } from './request-source';

const PROXY = '10.0.0.1';

/** As far as it is looked at. */
function from(forwarded?: string, remoteAddress = PROXY): IncomingMessage {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return { headers, socket: { remoteAddress } } as unknown as IncomingMessage;
}

it('is the connection, whatever a header says, where no proxy is known', () => {
  const sourceOf = requestSource(0);
  expect(sourceOf(from('203.0.113.7'))).toBe(sourceOf(from()));
  expect(sourceOf(from(undefined, '203.0.113.7'))).not.toBe(sourceOf(from()));
});

it('is what our own proxies saw, and not what the client said before them', () => {
  const [one, two] = [requestSource(1), requestSource(2)];
  expect(one(from('198.51.100.9, 203.0.113.7'))).toBe(one(from('203.0.113.7')));
  expect(one(from('203.0.113.7'))).toBe(requestSource(0)(from(undefined, '203.0.113.7')));
  expect(two(from('198.51.100.9,203.0.113.7,10.0.0.2'))).toBe(two(from('203.0.113.7, 10.0.0.2')));
});

it('is the connection where a request did not come through them', () => {
  expect(requestSource(2)(from('203.0.113.7'))).toBe(requestSource(2)(from()));
});

it('says no address', () => {
  expect(requestSource(1)(from('203.0.113.7'))).not.toContain('203');
});
