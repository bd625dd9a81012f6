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

  it('finds by code and by postcode, with or without the space, codes first', () => {
    expect(codes('z00001')).toEqual(['Z00001']);
    expect(codes('wy1 1')).toEqual(['Z00003']);
    expect(codes('wy2')).toEqual(['WY2222', 'Z00002']);
  });

  it('answers with no more than were asked for, and with none for nothing', () => {
    expect(codes('z', 2)).toHaveLength(2);
    expect(codes('  ')).toEqual([]);
    expect(codes('.*+?^${}()|[]')).toEqual([]);
  });
});

function practice(odsCode: string, name: string, postcode: string): DirectoryPractice {
  return { odsCode, name, addressLines: [], postcode, phone: null, location: null };
}
