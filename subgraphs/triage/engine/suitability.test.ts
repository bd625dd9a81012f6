import { loadContent } from '../content/load-content';
import { refusalOf, suits } from './suitability';

const childRash = loadContent().pathways.get('child-rash')!;

it.each([
  [0, 'call-111'],
  [59, 'call-111'],
  [60, undefined],
  [191, undefined],
  [192, 'call-111'],
  [1200, 'call-111'],
])('tells somebody of %d months: %s', (ageInMonths, disposition) => {
  const subject = { ageInMonths, sex: 'UNSPECIFIED' } as const;
  expect(refusalOf(childRash, subject)?.disposition.id).toBe(disposition);
  expect(suits(childRash.population, subject)).toBe(disposition === undefined);
});

it('tells those it turns away when to call 999', () => {
  expect(childRash.refusals.map(({ text }) => /\b999\b/.test(text))).toEqual([true, true]);
});

it('leaves out the sexes that a population does not name', () => {
  const women = { ageInMonths: { from: 192, below: null }, sex: ['FEMALE' as const] };
  expect(suits(women, { ageInMonths: 192, sex: 'FEMALE' })).toBe(true);
  expect(suits(women, { ageInMonths: 192, sex: 'MALE' })).toBe(false);
});
