import { loadContent } from '../content/load-content';
import { exclusionOf, suits } from './suitability';

const { pathways } = loadContent();
const childRash = pathways.get('child-rash')!;

it.each([
  [0, 'call-111'],
  [1826, 'call-111'],
  [1827, undefined],
  [5843, undefined],
  [5844, 'call-111'],
  [40_000, 'call-111'],
])('tells somebody of %d days: %s', (ageInDays, disposition) => {
  const subject = { ageInDays, sex: 'UNSPECIFIED' } as const;
  expect(exclusionOf(childRash, subject)?.disposition.id).toBe(disposition);
  expect(suits(childRash.population, subject)).toBe(disposition === undefined);
});

it('leaves out the sexes that a population does not name, and takes the safer way for one that is not stated', () => {
  const uti = pathways.get('uti-female-16-plus')!;
  const at = (sex: 'FEMALE' | 'MALE' | 'UNSPECIFIED') =>
    exclusionOf(uti, { ageInDays: 9_000, sex })?.disposition.id;
  expect(at('FEMALE')).toBeUndefined();
  expect(at('MALE')).toBe('call-111');
  expect(at('UNSPECIFIED')).toBe('call-111');
});
