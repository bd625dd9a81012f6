import fc from 'fast-check';
import { withSeed } from '../../../tests/with-seed';
import { formatUnit, parsePostcode } from './postcode';

const unit = (outward: string, inward: string) => ({ kind: 'unit', outward, inward });

describe('parsePostcode', () => {
  it.each([
    ['LS1 4AP', unit('LS1', '4AP')],
    [' ls14ap ', unit('LS1', '4AP')],
    ['BD100AA', unit('BD10', '0AA')],
    ['ls1\u00a04ap', unit('LS1', '4AP')],
    ['ＬＳ１　４ＡＰ', unit('LS1', '4AP')],
    ['EC1A 1BB', unit('EC1A', '1BB')],
    ['W1A 0AX', unit('W1A', '0AX')],
    ['M1 1AE', unit('M1', '1AE')],
    ['LS1', { kind: 'outward', outward: 'LS1' }],
    ['ec1a', { kind: 'outward', outward: 'EC1A' }],
    ['M1', { kind: 'outward', outward: 'M1' }],
    ['LS 14', { kind: 'outward', outward: 'LS14', sectorOf: 'LS1' }],
    ['LS14', { kind: 'outward', outward: 'LS14', sectorOf: 'LS1' }],
    ['LS149', { kind: 'outward', outward: 'LS14' }],
    ['LS 1 4', { kind: 'outward', outward: 'LS1' }],
    ['EC1A 1', { kind: 'outward', outward: 'EC1A' }],
    ['EC1A1', { kind: 'outward', outward: 'EC1A' }],
    ['LS1 O', { kind: 'outward', outward: 'LS1' }],
  ])('reads %j', (text, postcode) => {
    expect(parsePostcode(text)).toEqual(postcode);
  });

  it.each([
    ['LSI 4AP', unit('LS1', '4AP')],
    ['LS1O 4AP', unit('LS10', '4AP')],
    ['LS10 OAP', unit('LS10', '0AP')],
    ['LS10 IAP', unit('LS10', '1AP')],
    ['0L1 1AA', unit('OL1', '1AA')],
  ])('reads %j with O and 0, I and 1 put right', (text, postcode) => {
    expect(parsePostcode(text)).toEqual(postcode);
  });

  it('never reads the digit of a sector into the outward code that a space parts it from', () => {
    const outwards = ['M1', 'LS1', 'BD1', 'N1', 'LS14', 'W1A', 'EC1A', 'SW1', 'E1W'];
    const readings = outwards.flatMap((outward) =>
      Array.from('0123456789', (digit) => parsePostcode(`${outward} ${digit}`)),
    );
    expect(readings).toEqual(
      outwards.flatMap((outward) => Array.from({ length: 10 }, () => ({ kind: 'outward', outward }))),
    );
  });

  it.each([
    ...['.', ',', ';', "'", '"', '-', '–', '(', ')', '*'],
    ...[
      '\u00a0',
      '\u2009',
      '\t',
      '\n',
      '\u200b',
      '\u200d',
      '\u2060',
      '\ufeff',
      '\u00ad',
      '\u200e',
      '\u202c',
      '\ufe0f',
    ],
  ])('does not mind %j wherever it stands', (character) => {
    const places = Array.from(
      { length: 8 },
      (_, at) => `${'LS1 4AP'.slice(0, at)}${character}${'LS1 4AP'.slice(at)}`,
    );
    expect(places.map(parsePostcode)).toEqual(places.map(() => unit('LS1', '4AP')));
    expect(parsePostcode(`LS1 4${character}`)).toEqual({ kind: 'outward', outward: 'LS1' });
  });

  it('leaves a letter O alone where a letter belongs', () => {
    expect(parsePostcode('OL1 1AA')).toEqual(unit('OL1', '1AA'));
    expect(parsePostcode('SO1')).toEqual({ kind: 'outward', outward: 'SO1' });
  });

  it.each(['GIR 0AA', 'BFPO 1', 'bfpo1234'])('knows that %j is nowhere on the map', (text) => {
    expect(parsePostcode(text)).toEqual({ kind: 'nowhere' });
  });

  it.each([
    '',
    ' ',
    'L',
    'LS',
    'LS1 4A',
    'LS1 4API',
    'LS1 4CK',
    'ZZ99 3WZ',
    '12345',
    'LS1; drop',
    'LS1 4AP'.padEnd(21),
    'L̈S1 4AP',
  ])('refuses %j', (text) => {
    expect(parsePostcode(text)).toBeNull();
  });

  it('never throws, and what it reads it reads again from its own writing', () =>
    withSeed(41, (_, seed) => {
      fc.assert(
        fc.property(
          fc.oneof(
            fc.string({ maxLength: 30 }),
            fc.stringMatching(/^[A-Z]{1,2}[0-9O][0-9A-Z]? ?[0-9OI][A-Z]{2}$/),
          ),
          (text) => {
            const postcode = parsePostcode(text);
            if (postcode?.kind === 'unit') expect(parsePostcode(formatUnit(postcode))).toEqual(postcode);
          },
        ),
        { seed },
      );
    }));
});
