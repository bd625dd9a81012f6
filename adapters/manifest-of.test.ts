import { supplierNamed } from './registry';
import { manifestOf } from './manifest-of';
import type { Manifest } from './gp-system';

const good: Manifest = supplierNamed('gp-connect').manifest;
type Capabilities = Manifest['capabilities'];
const withCapabilities = (change: Partial<Capabilities>): Manifest => ({
  ...good,
  capabilities: { ...good.capabilities, ...change },
});

describe('a manifest', () => {
  it('is taken as it is declared', () => {
    expect(manifestOf(good)).toEqual(good);
  });

  it.each<[string, Manifest, RegExp]>([
    ['an id in capitals', { ...good, id: 'GP' }, /id must be lower case/],
    ['a version of two numbers', { ...good, version: '1.0' }, /version must be three numbers/],
    ['log-ons that last for ever', { ...good, auth: 'oauth' }, /sessionTtlMs is missing/],
    [
      'effects after it has settled',
      { ...good, limits: { ...good.limits, settleMs: 1_000 } },
      /limits.settleMs must not be shorter/,
    ],
    [
      'versions of what is never cancelled',
      withCapabilities({ cancel: false }),
      /capabilities.cancelVersioned/,
    ],
    [
      'a cut-off of what is never cancelled',
      withCapabilities({ cancel: false, cancelVersioned: false, cancelCutOffMinutes: 60 }),
      /capabilities.cancelCutOffMinutes/,
    ],
    ['a marker that nobody reads back', withCapabilities({ readBack: 'none' }), /capabilities.readBack/],
    ['a mode twice', withCapabilities({ modes: ['VIDEO', 'VIDEO'] }), /names a mode twice/],
    [
      'a bypass without a reason',
      { ...good, bypass: [{ requirement: 'x', reason: 'no' }] },
      /a reason in words/,
    ],
  ])('with %s is refused by name when it is loaded', (_, declared, message) => {
    expect(() => manifestOf(declared)).toThrow(message);
    expect(() => manifestOf(declared)).toThrow(`"${declared.id}"`);
  });
});
