import { OdsCode } from '../../../domain/ods-code';
import { OWN_PRACTICE_ANSWERS } from '../database/tables';
import type { OfferFacts } from '../holds/offers';
import { whyElsewhere } from './why-elsewhere';

const OWN = OdsCode.parse('Z90001');
const OTHER = OdsCode.parse('Z90002');

function about(ownAnswer: OfferFacts['ownAnswer'], ownPractice: OdsCode | null = OWN): OfferFacts {
  const unknown = { pathway: null, sex: null, outcode: null, deprivation: null, reachedAt: null };
  return { ...unknown, ownPractice, ownAnswer, distance: 'Not known' };
}

const elsewhere = { relation: 'OTHER', elsewhereReason: null, ownPractice: OWN } as const;

describe('the reason for an offer elsewhere', () => {
  it('is none at the own practice', () => {
    expect(whyElsewhere({ ...elsewhere, relation: 'OWN', about: about('SLOTS') })).toBeNull();
  });

  it.each(OWN_PRACTICE_ANSWERS)('is what the own practice answered: %s', (answer) => {
    expect(whyElsewhere({ ...elsewhere, about: about(answer) })).toBe(answer);
  });

  it.each([
    [
      'the person says why',
      { elsewhereReason: 'AWAY_FROM_HOME', about: about('NOT_RELEASED') },
      'AWAY_FROM_HOME',
    ],
    ['no own practice is known', { ownPractice: null, about: about(null, null) }, 'NO_OWN_PRACTICE_KNOWN'],
    [
      'another practice was searched as theirs',
      { about: about('NOT_RELEASED', OTHER) },
      'OWN_PRACTICE_NOT_SEARCHED',
    ],
    ['the own practice had times all the same', { about: about('SLOTS') }, 'OWN_PRACTICE_HAD_SLOTS'],
    ['the answer was not kept yet', { about: null }, 'NOTHING_AT_OWN_PRACTICE'],
  ] as const)('where %s', (_what, changes, reason) => {
    expect(whyElsewhere({ ...elsewhere, ...changes })).toBe(reason);
  });
});
