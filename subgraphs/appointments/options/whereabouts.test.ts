import { OdsCode } from '../../../domain/ods-code';
import { OPEN_BOOK } from '../../../tests/booking-laboratory';
import type { AssessmentFacts, Candidate } from './assessment-facts';
import { optionsNotices, whereaboutsMissing } from './whereabouts';

const OWN: Candidate = {
  odsCode: OdsCode.parse('Z90001'),
  distanceMiles: null,
  connections: [],
  release: OPEN_BOOK,
};
const NEAR = { own: null, near: [], stopped: [], practicesInRadius: 3, withinMiles: 10, placeKnown: true };

function facts(
  candidates: AssessmentFacts['candidates'],
  registeredPracticeOdsCode: string | null = null,
  bookable: 'NETWORK' | 'OWN_PRACTICE' = 'NETWORK',
) {
  const outcome = { deadline: null, disposition: { id: 'gp-6h', bookable, modes: [] } };
  return { candidates, outcome, subject: { ageInMonths: 300, registeredPracticeOdsCode } };
}

it.each([
  ['no place and no practice', facts(null), 'PLACE_REQUIRED'],
  ['no place and a practice that nobody knows', facts(null, 'Z99999'), 'OWN_PRACTICE_NOT_FOUND'],
  [
    'a place, where the own practice alone will do',
    facts(NEAR, null, 'OWN_PRACTICE'),
    'OWN_PRACTICE_REQUIRED',
  ],
  ['neither, where it alone will do', facts(null, null, 'OWN_PRACTICE'), 'OWN_PRACTICE_REQUIRED'],
  [
    'one that nobody knows, where it alone will do',
    facts(NEAR, 'Z99999', 'OWN_PRACTICE'),
    'OWN_PRACTICE_NOT_FOUND',
  ],
  ['a place', facts(NEAR), null],
  ['a place and a practice that nobody knows', facts(NEAR, 'Z99999'), null],
  ['a place far from any practice', facts({ ...NEAR, practicesInRadius: 0 }), null],
  ['a practice', facts({ ...NEAR, own: OWN, placeKnown: false, practicesInRadius: 0 }, 'Z90001'), null],
])('of somebody with %s is missing: %#', (_, known, missing) => {
  expect(whereaboutsMissing(known)).toBe(missing);
});

const ELSEWHERE = { isElsewhereSearched: true };

it.each([
  ['a place', facts(NEAR), ELSEWHERE, []],
  ['a practice that nobody knows', facts(NEAR, 'Z99999'), ELSEWHERE, ['OWN_PRACTICE_NOT_FOUND']],
  [
    'a place far from any practice',
    facts({ ...NEAR, practicesInRadius: 0 }),
    ELSEWHERE,
    ['NO_PRACTICE_NEAR'],
  ],
  [
    'a full practice and no place',
    facts({ ...NEAR, own: OWN, placeKnown: false, practicesInRadius: 0 }, 'Z90001'),
    ELSEWHERE,
    ['PLACE_REQUIRED'],
  ],
  [
    'a practice with times, far from any other',
    facts({ ...NEAR, own: OWN, practicesInRadius: 0 }, 'Z90001'),
    { isElsewhereSearched: false },
    [],
  ],
])('somebody with %s is told: %#', (_, known, found, notices) => {
  expect(optionsNotices(known, found)).toEqual(notices);
});
