import { isSeq } from 'yaml';
import type { MutantKind } from './content-mutant';
import {
  CATALOGUE,
  each,
  isUrgent,
  keysIn,
  ofCount,
  ofOption,
  ofShared,
  otherFiles,
  SCREEN,
  screenOptions,
  set,
  TEXTS,
  TWO,
  URGENT,
} from './mutant-edits';

/** Mistakes in the files that all pathways share. */
export const SHARED_FILE_MUTANTS: readonly MutantKind[] = [
  // What TR-6 names: what is read, and what decides, in the files that all share.
  ofShared(
    'a red flag of the screen deleted',
    SCREEN,
    TWO,
    screenOptions((document, at) => document.deleteIn(at)),
  ),
  ofShared(
    'a red flag of the screen reworded',
    SCREEN,
    TWO,
    screenOptions((document, at) => document.setIn([...at, 'text'], 'A runny nose')),
  ),
  ofShared(
    'a red flag of the screen that goes to a GP',
    SCREEN,
    TWO,
    screenOptions((document, at) => document.setIn([...at, 'outcome'], 'gp-2h')),
  ),
  ofShared(
    'the title of an outcome',
    CATALOGUE,
    TWO,
    each(['dispositions'], ['title'], set('Have a cup of tea and wait')),
  ),
  ofShared(
    'the care level of an outcome',
    CATALOGUE,
    TWO,
    each(['dispositions'], ['careLevel'], set('OTHER_SERVICE'), (level) => level !== 'OTHER_SERVICE'),
  ),
  ofShared(
    'a later deadline',
    CATALOGUE,
    TWO,
    each(['dispositions'], ['timeframe', 'minutes'], (document, at) =>
      document.setIn(at, Number(document.getIn(at)) + 30),
    ),
  ),
  ofShared(
    'no deadline',
    CATALOGUE,
    TWO,
    each(['dispositions'], ['timeframe'], set('none'), (frame) => frame !== 'none'),
  ),
  ofShared(
    'a lower rank',
    CATALOGUE,
    TWO,
    each(['dispositions'], ['urgencyRank'], (document, at) =>
      document.setIn(at, Number(document.getIn(at)) + 1),
    ),
  ),
  ofShared('a bookable emergency', CATALOGUE, { rule: 17 }, () =>
    URGENT.map((id) => [
      id,
      (copy) => {
        copy.setIn(['dispositions', id, 'bookable'], 'NETWORK');
        copy.setIn(['dispositions', id, 'modes'], ['IN_PERSON']);
      },
    ]),
  ),
  ofShared(
    'a wider place to book',
    CATALOGUE,
    TWO,
    each(['dispositions'], ['bookable'], set('NETWORK'), (scope) => scope === 'OWN_PRACTICE'),
  ),
  ofShared(
    'more ways to be seen',
    CATALOGUE,
    TWO,
    each(
      ['dispositions'],
      ['modes'],
      set(['IN_PERSON', 'TELEPHONE', 'VIDEO']),
      (modes) => isSeq(modes) && modes.items.length === 1,
    ),
  ),
  ofShared(
    'another code',
    CATALOGUE,
    TWO,
    each(['dispositions'], ['externalCodes', 'nhs-pathways'], set('Dx99')),
  ),
  ofShared(
    'other care advice',
    CATALOGUE,
    TWO,
    each(
      ['dispositions'],
      ['careAdvice'],
      set(['contact-clinic']),
      (advice) => !String(advice).includes('contact-clinic'),
    ),
  ),
  ofShared(
    'less worsening advice',
    CATALOGUE,
    TWO,
    each(
      ['dispositions'],
      ['worseningAdvice'],
      (document, at) => document.deleteIn([...at, 0]),
      (advice) => isSeq(advice) && advice.items.length > 1,
    ),
  ),
  ofShared(
    'no worsening advice',
    CATALOGUE,
    { rule: 16 },
    each(['dispositions'], ['worseningAdvice'], set([])),
  ),
  ofShared(
    'an outcome without a source',
    CATALOGUE,
    { rule: 18 },
    each(['dispositions'], ['sources'], set([])),
  ),
  ofShared('other words of advice', TEXTS, TWO, each(['advice'], [], set('Stay in bed until Monday.'))),
  ofShared('the banner', TEXTS, TWO, () => [
    ['banner', (document) => document.setIn(['banner'], 'Fully assured by the NHS.')],
  ]),
  ofShared('what is said when a check is off', TEXTS, TWO, () => [
    ['switchedOff', (document) => document.setIn(['switchedOff'], 'Try again tomorrow.')],
  ]),
  ofShared('the words of an answer', TEXTS, TWO, each(['answers'], [], set('Perhaps'))),
  ofShared('"none of these"', TEXTS, TWO, () =>
    ['noneOfThese', 'unsureOfTicks'].map((key) => [key, (document) => document.setIn([key], 'Any of these')]),
  ),
  ofShared('a fact that is taken for known', 'facts.yaml', { rule: 20 }, (document) =>
    keysIn(document, []).map((fact) => [
      fact,
      (copy) => copy.setIn([fact, 'knownFrom'], [{ sex: ['FEMALE'], value: 'no' }]),
    ]),
  ),
  ofShared(
    'another page behind a source',
    'sources.yaml',
    { rule: 20 },
    each([], ['url'], set('https://example.org/')),
  ),
  ofShared(
    'a source that will be read',
    'sources.yaml',
    { rule: 18 },
    each([], ['accessed'], set('2099-01-01')),
  ),
  ofShared('a warning signed by nobody', 'waivers.yaml', { rule: 22 }, () => [
    [
      'new',
      (document) =>
        document.add(document.createNode({ rule: 18, file: 'sources.yaml', signedBy: 'x', reason: 'x' })),
    ],
  ]),
  ofShared('another reader', 'reviewers.yaml', TWO, () => [
    ['new', (document) => document.add(document.createNode({ name: 'A. Friend', role: 'a friend' }))],
  ]),
  // "Two of three signs".
  ofCount('a count of signs deleted', TWO, (document, at) => document.deleteIn(at)),
  ofCount('a count that wants one more', { rule: 20 }, (document, at) =>
    document.setIn([...at, 'atLeast'], Number(document.getIn([...at, 'atLeast'])) + 1),
  ),
  ofCount('a count of a sign that is not there', { rule: 3 }, (document, at) =>
    document.setIn([...at, 'of', 0], 'nothing'),
  ),
  ofCount('a count that ends at home', { rule: 11 }, (document, at) => {
    document.deleteIn([...at, 'milderBecause']);
    document.setIn([...at, 'outcome'], 'self-care');
  }),
  ofOption(
    '"not sure" that somebody says may be milder',
    TWO,
    (place) => place.index === 0 && isUrgent(place) && place.node.kind === 'tickAny',
    ({ key }) =>
      (document) => {
        document.setIn(['questions', key, 'unsure', 'outcome'], 'gp-24h');
        document.setIn(['questions', key, 'unsure', 'milderBecause'], 'It is mostly nothing.');
      },
  ),
  // A content file is in the proof by being one: whatever others there are, and will be.
  otherFiles('a word of another content file changed', (document, at) => document.setIn(at, 'wait and see')),
  otherFiles('a part of another content file taken out', (document, at) => document.deleteIn(at)),
];
