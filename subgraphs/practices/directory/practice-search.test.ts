// cspell:words hlth lodz mary straße strasse stokeontrent Łódź ŁÓDŹ łódź pract prac maryʼs
import type { DirectoryPractice } from './directory-practice';
import { practiceSearch } from './practice-search';

const search = practiceSearch([
  practice('Z00003', "St. Anne's Café Surgery", 'WY1 1AA'),
  practice('Z00002', 'Rowan Tree Medical Centre', 'WY2 2BB'),
  practice('Z00001', 'The Rowan Surgery', 'WY10 3CC'),
  practice('WY2222', 'Oak House', 'WY3 4DD'),
]);
const codes = (text: string, first = 10) => search(text, first).map(({ odsCode }) => odsCode);

describe('practiceSearch', () => {
  it('finds by the beginning of any word, in any order, names that begin so first', () => {
    expect(codes('rowan')).toEqual(['Z00002', 'Z00001']);
    expect(codes('cent row')).toEqual(['Z00002']);
    expect(codes('owan')).toEqual([]);
  });

  it('does not mind case, accents, apostrophes and full stops', () => {
    expect(codes('ST ANNES CAFE')).toEqual(['Z00003']);
    expect(codes('st. anne’s café')).toEqual(['Z00003']);
  });

  it.each([
    [
      'Drs Lambert & Ng',
      ['lambert and ng', 'lambert & ng', 'lambert ng', 'lambert+ng', 'dr lambert', 'doctors lambert'],
    ],
    [
      "St Mary's Hlth Ctr",
      ['st marys', 'saint mary’s', 'st. maryʼs', 'ST MARY`S', 'st mary´s health centre', 'health center'],
    ],
    [
      'The Northgate Practice',
      ['north gate', 'northgate', 'north-gate', 'northgate practise', 'the northgate', 'northgate prac'],
    ],
    ['Stoke-on-Trent Medical Grp', ['stoke on trent', 'stoke‑on‑trent', 'stoke trent group', 'stokeontrent']],
    ['The Surgery @ Aylestone', ['surgery at aylestone', 'aylestone surgery', 'Aylestone']],
    ['Łódź Straße House', ['lodz strasse', 'Łódź', 'ŁÓDŹ hse']],
    ['Mt Pleasant Rd Surgery', ['mount pleasant road', 'mt. pleasant rd']],
    ['One Medical', ['1 medical', 'one med']],
  ])('finds %j however it is written', (name, texts) => {
    const found = practiceSearch([
      practice('Z00009', name, 'WY1 1AA'),
      practice('Z00008', 'Oak House', 'WY2 2BB'),
    ]);
    expect(
      texts.filter(
        (text) =>
          found(text, 5)
            .map(({ odsCode }) => odsCode)
            .join() !== 'Z00009',
      ),
    ).toEqual([]);
  });

  it('tells surgeries of one name apart by street, town and postcode, names before addresses', () => {
    const found = practiceSearch([
      practice('Z00001', 'High Street Surgery', 'CT16 1EQ', ['100 High St', 'Dover']),
      practice('Z00002', 'High Street Surgery', 'NG5 7BG', ['2 High Street', 'Arnold', 'Nottingham']),
      practice('Z00003', 'Dover Surgery', 'WY1 1AA'),
    ]);
    const codes = (text: string) => found(text, 5).map(({ odsCode }) => odsCode);
    expect(codes('high street surgery dover')).toEqual(['Z00001']);
    expect(codes('high street surgery ng5')).toEqual(['Z00002']);
    expect(codes('arnold')).toEqual(['Z00002']);
    expect(codes('dover')).toEqual(['Z00003', 'Z00001']);
  });

  it('finds by code and by postcode, with or without the space, codes first', () => {
    expect(codes('z00001')).toEqual(['Z00001']);
    expect(codes('wy1 1')).toEqual(['Z00003']);
    expect(codes('wy2')).toEqual(['WY2222', 'Z00002']);
  });

  it('never takes a sector for the outward code that its digit would make', () => {
    const found = practiceSearch([
      practice('Z00001', 'Oak House', 'WY1 4AA'),
      practice('Z00002', 'Elm House', 'WY14 5BB', ['4 WY1 Street']),
    ]);
    const codes = (text: string) => found(text, 5).map(({ odsCode }) => odsCode);
    expect(codes('WY1 4')).toEqual(['Z00001']);
    expect(codes('WY14 5')).toEqual(['Z00002']);
    expect(codes('wy14aa')).toEqual(['Z00001']);
    expect(codes('w y1 4aa')).toEqual(['Z00001']);
    expect(codes('wy14')).toEqual(['Z00002', 'Z00001']);
  });

  it('answers with no more than were asked for, and with none for nothing', () => {
    expect(codes('z', 2)).toHaveLength(2);
    expect(codes('  ')).toEqual([]);
    expect(codes('.*+?^${}()|[]')).toEqual([]);
  });
});

function practice(
  odsCode: string,
  name: string,
  postcode: string,
  addressLines: string[] = [],
): DirectoryPractice {
  return { odsCode, name, addressLines, postcode, phone: null, location: null };
}
