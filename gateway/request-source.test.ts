import type { IncomingMessage } from 'node:http';
import { requestSource } from './request-source';

const PROXY = '10.0.0.1';

/** Request with only the parts that are read. */
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

it('says no address, and with a key nothing by which one can be found out', () => {
  const keyed = requestSource(1, (network) => `keyed:${network}`);
  expect([keyed(from('203.0.113.7')), keyed(from('2001:db8::1'))]).toEqual([
    'keyed:203.0.113.7',
    'keyed:2001:db8:0:0::/64',
  ]);
  expect(requestSource(1)(from('203.0.113.7'))).not.toContain('203');
});

describe('a front end with a key', () => {
  const KEY = 'a key of the website, and long enough';
  const asked = (key: string | undefined, forwarded: string): IncomingMessage => {
    const request = from(forwarded);
    if (key !== undefined) request.headers['x-front-end-key'] = key;
    return request;
  };
  const direct = (address: string) => requestSource(0)(from(undefined, address));

  it('is believed whom it asks for, and nobody without the key is', () => {
    const sourceOf = requestSource(0, undefined, ['the key before this one, and long enough', KEY]);
    expect(sourceOf(asked(KEY, '203.0.113.7'))).toBe(direct('203.0.113.7'));
    expect(sourceOf(asked(KEY, '198.51.100.9, 203.0.113.7'))).toBe(direct('203.0.113.7'));
    for (const key of [undefined, '', 'another', `${KEY} `])
      expect(sourceOf(asked(key, '203.0.113.7'))).toBe(direct(PROXY));
    expect(requestSource(0)(asked(KEY, '203.0.113.7'))).toBe(direct(PROXY));
  });

  it('asks for the address that stands before those which our proxies have added', () => {
    const sourceOf = requestSource(1, undefined, [KEY]);
    expect(sourceOf(asked(KEY, '203.0.113.7, 10.0.0.2'))).toBe(direct('203.0.113.7'));
    expect(sourceOf(asked(undefined, '203.0.113.7, 10.0.0.2'))).toBe(direct('10.0.0.2'));
  });
});

describe('all spellings of an address are one source', () => {
  const V4 = [
    '203.0.113.7',
    '::ffff:203.0.113.7',
    '::FFFF:203.0.113.7',
    '::ffff:cb00:7107',
    '0:0:0:0:0:ffff:203.0.113.7',
    '0000:0000:0000:0000:0000:FFFF:CB00:7107',
  ];
  const V6 = [
    '2001:db8::1',
    '2001:DB8:0:0:0:0:0:1',
    '2001:0db8:0000:0000:0000:0000:0000:0001',
    '2001:db8:0:0::203.0.113.7',
    // Others of the same /64.
    '2001:db8::2',
    '2001:db8:0:0:ffff:ffff:ffff:ffff',
  ];
  const asProxiesWrite = (address: string) => [
    address,
    ` ${address} `,
    ...(address.includes(':')
      ? [`[${address}]`, `[${address}]:4711`, `"[${address}]:4711"`, `${address}%eth0`]
      : [`${address}:4711`]),
  ];

  it.each([
    ['IPv4', V4],
    ['a /64 of IPv6', V6],
  ])('%s, without a proxy', (_, spellings) => {
    const sourceOf = requestSource(0);
    expect(new Set(spellings.map((address) => sourceOf(from(undefined, address)))).size).toBe(1);
  });

  it.each([
    ['IPv4', V4, 1],
    ['IPv4', V4, 3],
    ['a /64 of IPv6', V6, 1],
    ['a /64 of IPv6', V6, 3],
  ])('%s, through proxies', (_, spellings, proxies) => {
    const ours = Array.from({ length: proxies - 1 }, (_none, index) => `, 10.0.0.${index + 2}`).join('');
    const sources = spellings
      .flatMap(asProxiesWrite)
      .map((address) => requestSource(proxies)(from(`198.51.100.9, ${address}${ours}`)));
    const [first] = spellings;
    expect(new Set([...sources, requestSource(0)(from(undefined, first))]).size).toBe(1);
  });

  it('and different ones are not', () => {
    const addresses = ['203.0.113.7', '203.0.113.8', '2001:db8::1', '2001:db8:0:1::1', '2001:db9::1', '::1'];
    const sources = addresses.map((address) => requestSource(0)(from(undefined, address)));
    expect(new Set(sources).size).toBe(addresses.length);
  });

  it('what is no address is the connection', () => {
    const one = requestSource(1);
    for (const word of ['unknown', '_hidden', '', '999.1.1.1', 'app.example', '1::2::3'])
      expect(one(from(word))).toBe(one(from()));
  });
});
