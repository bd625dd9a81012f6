import { readXml, xmlElement } from './xml';

/** Two megabytes, the largest reply that is read at all, in the shapes that have kept parsers busy. */
const SIZE = 2_000_000;
const filled = (piece: string) => piece.repeat(Math.floor(SIZE / piece.length));

test.each([
  ['numeric entities in an attribute', `<R a="${filled('&#65;')}"/>`],
  ['numeric entities in text', `<R>${filled('&#x41;')}</R>`],
  ['named entities', `<R a="${filled('&amp;')}"/>`],
  ['elements inside each other', filled('<a>')],
  ['elements beside each other', `<R>${filled('<S a="1"/>')}</R>`],
  ['attributes', `<R ${Array.from({ length: 150_000 }, (_, index) => `a${index}=""`).join(' ')}/>`],
  ['comments', `<R>${filled('<!-- -->')}</R>`],
  ['processing instructions', `<R>${filled('<?x y?>')}</R>`],
  ['brackets', filled('<')],
  ['a document type', '<!DOCTYPE R><R/>'],
  ['elements a hundred deep', `${'<a>'.repeat(100)}${'</a>'.repeat(100)}`],
  ['a name that reaches into objects', '<R __proto__="x"/>'],
  ['an element of such a name', '<R><constructor/><__proto__/></R>'],
])('a document of nothing but %s is not read, and throws nothing', (_, text) => {
  expect(readXml(text)).toBeNull();
});

test('a long reply of the usual kind is read', () => {
  const slots = Array.from({ length: 5_000 }, (_, index) =>
    xmlElement('Slot', { startDate: String(index), type: 'Nurse & <team>' }),
  );
  const read = readXml(xmlElement('ListSlotsReply', { uuid: 'u' }, slots));
  expect(read?.root).toBe('ListSlotsReply');
  expect(JSON.stringify(read?.value)).toContain('"startDate":"4999","type":"Nurse & <team>"');
});
