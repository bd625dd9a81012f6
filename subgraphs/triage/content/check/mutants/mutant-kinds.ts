import { isSeq, type Document } from 'yaml';
import type { SeededRandom } from '../../../../../domain/seeded-random';
import { CasesFile, SharedSignsFile } from '../../content-files';
import type { ContentPath } from '../finding';
import type { ContentMutant, Files, MutantKind } from './content-mutant';
import {
  bandsIn,
  CATALOGUE,
  each,
  gone,
  insertQuestion,
  isFull,
  isOneOfSeveral,
  isOwnSign,
  isUrgent,
  keysIn,
  leadsOnAfterNo,
  noneTo,
  ofCount,
  ofNamedOption,
  ofOption,
  ofPathway,
  ofShared,
  otherFiles,
  PATHWAYS,
  pathwaysIn,
  renamedPathway,
  renameQuestion,
  replaceTargets,
  SCREEN,
  screenOptions,
  set,
  TEXTS,
  toOf,
  TWO,
  URGENT,
  yesNo,
  type NamedOption,
  type SharedEdit,
} from './mutant-edits';

const SIGNS = 'shared-signs.yaml';
const CASES = 'vignettes.yaml';

export const MUTANT_KINDS: readonly MutantKind[] = [
  // What TR-5 names: an option or a question deleted, renamed, reworded, split, merged, moved, redirected.
  ofOption(
    'a red flag deleted',
    20,
    (place) => isUrgent(place) && isOwnSign(place) && place.node.kind === 'tickAny',
    ({ at }) =>
      (document) =>
        document.deleteIn(at),
  ),
  ofOption(
    'a sign deleted',
    // A sign that is counted is missed by its count first.
    { ...TWO, orBy: 3 },
    (place) => !isUrgent(place) && place.node.kind === 'tickAny',
    ({ at }) =>
      (document) =>
        document.deleteIn(at),
  ),
  ofOption(
    'a red flag reworded',
    20,
    (place) => isUrgent(place) && place.node.kind === 'tickAny',
    ({ at }) =>
      (document) =>
        document.setIn([...at, 'text'], 'A runny nose'),
  ),
  ofOption(
    'a red flag renamed and less urgent',
    20,
    (place) => isUrgent(place) && place.node.kind === 'tickAny',
    ({ at }) =>
      (document) => {
        document.setIn([...at, 'id'], 'renamed');
        document.setIn([...at, 'outcome'], 'gp-24h');
      },
  ),
  ofOption(
    'a red flag that goes to a GP',
    20,
    isUrgent,
    ({ at }) =>
      (document) =>
        document.setIn([...at, 'outcome'], 'gp-6h'),
  ),
  ofOption(
    'an outcome one step less urgent',
    20,
    ({ outcome }) => outcome === 'gp-2h',
    ({ at }) =>
      (document) =>
        document.setIn([...at, 'outcome'], 'gp-6h'),
  ),
  ofOption(
    'a red flag with another 999',
    20,
    ({ outcome }) => outcome === 'ambulance-sepsis',
    ({ at }) =>
      (document) =>
        document.setIn([...at, 'outcome'], 'ambulance'),
  ),
  ofOption(
    'a red flag split, half of it less urgent',
    20,
    (place) => isUrgent(place) && place.node.kind === 'tickAny' && !isFull(place),
    ({ key, at }) =>
      (document) => {
        document.setIn([...at, 'text'], 'One half of this sign');
        document.addIn(
          ['questions', key, 'options'],
          document.createNode({
            id: 'other-half',
            text: 'The other half of this sign',
            outcome: 'gp-2h',
            sources: ['project-judgement'],
          }),
        );
      },
  ),
  ofOption(
    'a milder sign beside a red flag',
    20,
    (place) => place.index === 0 && isUrgent(place) && place.node.kind === 'tickAny' && !isFull(place),
    ({ key }) =>
      (document) =>
        document.addIn(
          ['questions', key, 'options'],
          document.createNode({
            id: 'a-little',
            text: 'A little of one of these',
            outcome: 'gp-24h',
            sources: ['project-judgement'],
          }),
        ),
  ),
  ofOption(
    'two signs merged',
    20,
    (place) => place.index === 1 && isUrgent(place) && place.node.kind === 'tickAny',
    ({ key, at }) =>
      (document) => {
        document.deleteIn(at);
        document.setIn(['questions', key, 'options', 0, 'text'], 'This sign or that sign');
      },
  ),
  ofOption(
    'a question reworded',
    20,
    ({ index }) => index === 0,
    ({ key }) =>
      (document) =>
        document.setIn(['questions', key, 'text'], 'Is there anything else?'),
  ),
  ofOption(
    'a question renamed and less urgent',
    20,
    (place) => place.id === 'yes' && ['gp-2h', 'gp-6h', 'gp-12h'].includes(place.outcome ?? ''),
    ({ key, at }) =>
      (document) => {
        document.setIn([...at, 'outcome'], 'gp-24h');
        renameQuestion(document, key, 'renamed');
      },
  ),
  ofOption(
    'a question left out',
    { ...TWO, orBy: 4 },
    (place) => leadsOnAfterNo(place) && place.pathway.start !== place.key,
    (place) => (document) => {
      replaceTargets(document, place.key, toOf(place) ?? '');
      document.deleteIn(['questions', place.key]);
    },
  ),
  ofOption(
    'a red flag that leads on instead',
    20,
    (place) => isUrgent(place) && place.node.kind === 'tickAny' && noneTo(place) !== undefined,
    (place) => (document) => {
      document.deleteIn([...place.at, 'outcome']);
      document.setIn([...place.at, 'to'], noneTo(place));
    },
  ),
  ofOption(
    '"no" that ends at home',
    20,
    (place) => leadsOnAfterNo(place) && isOneOfSeveral(place),
    ({ at }) =>
      (document) => {
        document.deleteIn([...at, 'to']);
        document.setIn([...at, 'outcome'], 'self-care');
      },
  ),
  ofOption(
    'the words of yes and no swapped',
    20,
    (place) => place.id === 'yes' && place.outcome !== undefined,
    ({ key, node }) =>
      (document) =>
        (node.kind === 'chooseOne' ? node.options : []).forEach(({ id }, index) => {
          if (id !== 'unsure')
            document.setIn(['questions', key, 'options', index, 'text'], id === 'yes' ? 'No' : 'Yes');
        }),
  ),
  ofOption(
    'a detail that says the contrary',
    20,
    ({ node, index }) => node.kind !== 'byAge' && node.options[index]?.detail !== undefined,
    ({ at }) =>
      (document) =>
        document.setIn([...at, 'detail'], 'Ignore this.'),
  ),
  ofOption(
    'an answer that is known beforehand',
    20,
    (place) => place.id === 'no' && place.node.kind === 'chooseOne' && place.node.fact !== undefined,
    ({ node }) =>
      (document) =>
        document.setIn(['given'], { [node.kind === 'chooseOne' ? (node.fact ?? '') : '']: 'no' }),
  ),
  ofOption(
    'a floor taken away',
    20,
    ({ node, index }) => node.kind !== 'byAge' && node.options[index]?.atLeast !== undefined,
    ({ at }) =>
      (document) =>
        document.deleteIn([...at, 'atLeast']),
  ),
  // What TR-9 names.
  ofOption(
    'a yes that ends at home, before a no that does not',
    23,
    leadsOnAfterNo,
    (place) => (document) =>
      insertQuestion(
        document,
        place,
        yesNo(
          'Was there heart trouble before?',
          { outcome: 'self-care' },
          { to: toOf(place) },
          { outcome: 'gp-6h' },
        ),
      ),
  ),
  ofOption(
    'a later yes that undoes an earlier sign',
    23,
    leadsOnAfterNo,
    (place) => (document) =>
      insertQuestion(
        document,
        place,
        yesNo(
          'Is it better already?',
          { outcome: 'self-care' },
          { to: toOf(place) },
          { to: toOf(place), atLeast: 'gp-6h' },
        ),
      ),
  ),
  ofOption(
    'a yes without effect',
    24,
    leadsOnAfterNo,
    (place) => (document) =>
      insertQuestion(
        document,
        place,
        yesNo('Does it hurt very much?', { to: toOf(place) }, { to: toOf(place) }, { to: toOf(place) }),
      ),
  ),
  ofOption(
    'a sign without effect',
    24,
    (place) => place.index === 0 && noneTo(place) !== undefined && !isFull(place),
    (place) => (document) =>
      document.addIn(
        ['questions', place.key, 'options'],
        document.createNode({
          id: 'no-effect',
          text: 'A sign that changes nothing',
          to: noneTo(place),
          sources: ['project-judgement'],
        }),
      ),
  ),
  ofOption(
    'a tick that is less urgent than none',
    11,
    (place) =>
      place.index === 0 &&
      place.node.kind === 'tickAny' &&
      place.node.none.outcome !== undefined &&
      place.node.none.outcome !== 'self-care' &&
      !isFull(place),
    (place) => (document) =>
      document.addIn(
        ['questions', place.key, 'options'],
        document.createNode({
          id: 'milder',
          text: 'A sign that is milder',
          outcome: 'self-care',
          sources: ['project-judgement'],
        }),
      ),
  ),
  // What the author's trial names.
  ofOption(
    'an option twice',
    2,
    ({ index }) => index === 1,
    ({ node, at }) =>
      (document) => {
        if (node.kind !== 'byAge') document.setIn([...at, 'id'], node.options[0]?.id);
      },
  ),
  ofOption(
    'a question that is not there',
    3,
    (place) => toOf(place) !== undefined,
    ({ at }) =>
      (document) =>
        document.setIn([...at, 'to'], 'not-there'),
  ),
  ofOption(
    'a circle',
    5,
    leadsOnAfterNo,
    ({ key, at }) =>
      (document) =>
        document.setIn([...at, 'to'], key),
  ),
  ofOption(
    'an option without an exit',
    6,
    ({ outcome }) => outcome !== undefined,
    ({ at }) =>
      (document) =>
        document.deleteIn([...at, 'outcome']),
  ),
  ofOption(
    'an option with two exits',
    6,
    (place) => toOf(place) !== undefined,
    ({ at }) =>
      (document) =>
        document.setIn([...at, 'outcome'], 'ambulance'),
  ),
  ofOption(
    'an outcome that is not there',
    7,
    ({ outcome }) => outcome !== undefined,
    ({ at }) =>
      (document) =>
        document.setIn([...at, 'outcome'], 'gp-5h'),
  ),
  ofOption(
    '"not sure" left out',
    12,
    ({ id }) => id === 'unsure',
    ({ at }) =>
      (document) =>
        document.deleteIn(at),
  ),
  ofOption(
    '"not sure" at home',
    12,
    ({ id, outcome, node }) =>
      id === 'unsure' &&
      outcome !== undefined &&
      node.kind === 'chooseOne' &&
      outcome !== 'self-care' &&
      node.options.every((option) => option.outcome !== 'self-care' && option.outcome !== 'own-gp-routine'),
    ({ at }) =>
      (document) =>
        document.setIn([...at, 'outcome'], 'self-care'),
  ),
  ofOption(
    'a word for its reader alone',
    15,
    ({ node, index }) => node.kind === 'tickAny' && index === 0,
    ({ at }) =>
      (document) =>
        document.setIn([...at, 'text'], 'Your arm hurts you'),
  ),
  ofOption(
    'a source that is not there',
    18,
    ({ index }) => index === 0,
    ({ at }) =>
      (document) =>
        document.setIn([...at, 'sources'], ['not-there']),
  ),
  ofOption(
    'a key that the format does not have',
    1,
    ({ index }) => index === 0,
    ({ at }) =>
      (document) =>
        document.setIn([...at, 'goto'], 'x'),
  ),
  ofPathway(
    'a pathway without the emergency screen',
    { rule: 8 },
    () => (document) => document.deleteIn(['emergencyScreen']),
  ),
  ofPathway(
    'an id that is not the file’s',
    { rule: 2 },
    ({ id }) =>
      (document) =>
        document.setIn(['id'], `${id}-2`),
  ),
  ofPathway('years for days', { rule: 13 }, ({ population }) =>
    population.ageInDays.from === 0
      ? null
      : (document) => document.setIn(['population', 'ageInDays', 'from'], 5),
  ),
  ofPathway(
    'an age that nothing covers',
    { rule: 13 },
    ({ population }) =>
      (document) =>
        document.setIn(['population', 'ageInDays', 'from'], population.ageInDays.from + 1),
  ),
  ofPathway(
    'a question that nothing leads to',
    { rule: 4 },
    () => (document) =>
      document.setIn(
        ['questions', 'lonely'],
        yesNo('Is it lonely?', { outcome: 'gp-2h' }, { outcome: 'gp-2h' }, { outcome: 'gp-2h' }),
      ),
  ),
  ofPathway(
    'a vignette that ends elsewhere',
    { rule: 'vignette' },
    ({ vignettes: [first] }) =>
      (document) =>
        document.setIn(['vignettes', 0, 'expect'], first?.expect === 'gum' ? 'self-care' : 'gum'),
  ),
  ofPathway('a vignette taken out', TWO, ({ vignettes }) =>
    vignettes.length < 2 ? null : (document) => document.deleteIn(['vignettes', 0]),
  ),
  // What TR-5 to TR-7 name of whole pathways.
  {
    kind: 'a pathway deleted',
    places: (files) =>
      pathwaysIn(files)
        .filter(([file]) => file !== `${PATHWAYS}child-rash.yaml`)
        .map(([file]) => gone('a pathway deleted', files, file)),
  },
  {
    kind: 'a pathway under another name',
    places: (files) =>
      pathwaysIn(files)
        .filter(([file]) => file !== `${PATHWAYS}child-rash.yaml`)
        .map(([file]) => renamedPathway('a pathway under another name', files, file)),
  },
  ofPathway('a population made narrower', TWO, ({ population, refusals: [first] }) =>
    population.ageInDays.from === 0 || first?.ageInDays.below !== population.ageInDays.from
      ? null
      : (document) => {
          document.setIn(['population', 'ageInDays', 'from'], population.ageInDays.from + 400);
          document.setIn(['refusals', 0, 'ageInDays', 'below'], population.ageInDays.from + 400);
        },
  ),
  ofPathway('a population made wider', TWO, ({ population, refusals: [first] }) =>
    population.ageInDays.from === 0 || first?.ageInDays.below !== population.ageInDays.from
      ? null
      : (document) => {
          document.setIn(['population', 'ageInDays', 'from'], population.ageInDays.from - 300);
          document.setIn(['refusals', 0, 'ageInDays', 'below'], population.ageInDays.from - 300);
        },
  ),
  ofPathway(
    'a refusal made softer',
    TWO,
    () => (document) => document.setIn(['refusals', 0, 'text'], 'Nothing can be done.'),
  ),
  ofPathway(
    'a refusal to stay at home',
    TWO,
    () => (document) => document.setIn(['refusals', 0, 'disposition'], 'self-care'),
  ),
  ofPathway(
    'own words that lead elsewhere',
    TWO,
    () => (document) => document.addIn(['entryTerms'], 'chest pain'),
  ),
  ofPathway('own words taken away', TWO, ({ entryTerms }) =>
    entryTerms.length < 2 ? null : (document) => document.deleteIn(['entryTerms', 0]),
  ),
  ofPathway('another title', TWO, () => (document) => document.setIn(['title'], 'Nothing serious')),
  ofPathway('another summary', TWO, () => (document) => document.setIn(['summary'], 'For everybody.')),
  ofPathway('worsening advice taken away', TWO, ({ outcomes }) => {
    const id = Object.entries(outcomes).find(([, { worseningAdvice }]) => worseningAdvice.length > 0)?.[0];
    return id === undefined ? null : (document) => document.setIn(['outcomes', id, 'worseningAdvice'], []);
  }),
  ofPathway(
    'a change without a new version',
    { rule: 20 },
    () => (document) => document.setIn(['title'], 'Another title'),
  ),
  ofPathway(
    'a claim of review',
    { rule: 22 },
    () => (document) => document.setIn(['reviewedBy'], 'Dr A. Claim'),
  ),
  ofPathway('live without a reviewer', { rule: 22 }, () => (document) => document.setIn(['status'], 'live')),
  // Bands of age.
  bandsIn('a band of age moved', 'below', (document, at) =>
    document.setIn([...at, 'below'], Number(document.getIn([...at, 'below'])) - 20),
  ),
  bandsIn('a band of age reworded', 'text', (document, at) => document.setIn([...at, 'text'], 'A fever')),
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
  // Signs that several pathways share, and the cases that content is held against.
  ofShared('a shared sign that a pathway does not report any more', SIGNS, { rule: 25 }, cells('reportedBy')),
  ofShared('a signed reason for not asking taken out', SIGNS, { rule: 25 }, cells('notAsked')),
  ofShared('a shared sign under an option that is not there', SIGNS, { rule: 25 }, (document) =>
    cells('reportedBy')(document).map(([place, , pathway]) => [
      place,
      (copy) => copy.setIn(['signs', ...place.split(' ')], { 'red-flags': ['nothing'] }),
      pathway,
    ]),
  ),
  ofShared('a shared sign in a pathway that is not there', SIGNS, { rule: 25 }, (document) =>
    keysIn(document, ['signs']).map((sign) => [
      sign,
      (copy) => copy.setIn(['signs', sign, 'reportedBy', 'nowhere'], { 'red-flags': ['nothing'] }),
    ]),
  ),
  ofShared('a reason for not asking of a sign that is reported', SIGNS, { rule: 25 }, (document) =>
    cells('reportedBy')(document).map(([place, , pathway]) => [
      place,
      (copy) =>
        copy.setIn(['signs', ...place.replace('reportedBy', 'notAsked').split(' ')], {
          reason: 'It need not be asked.',
          signedBy: 'nobody',
        }),
      pathway,
    ]),
  ),
  ofShared('a shared sign that wants 999', SIGNS, { rule: 25 }, () =>
    ['fever-from-malaria-area', 'fever-with-weak-immune-system'].map((sign) => [
      sign,
      (copy) => copy.setIn(['signs', sign, 'leastUrgent', 0, 'outcome'], 'ambulance'),
      'child-fever',
    ]),
  ),
  ofShared('a shared sign that wants what is not there', SIGNS, { rule: 7 }, (document) =>
    keysIn(document, ['signs']).map((sign) => [
      sign,
      (copy) => copy.setIn(['signs', sign, 'leastUrgent', 0, 'outcome'], 'gp-5h'),
    ]),
  ),
  ofShared('a shared sign that no age wants from some day on', SIGNS, { rule: 2 }, (document) =>
    keysIn(document, ['signs']).map((sign) => [
      sign,
      (copy) => copy.addIn(['signs', sign, 'leastUrgent'], { below: 40_000, outcome: 'gp-24h' }),
    ]),
  ),
  ofNamedOption('a shared sign that ends at home by one door', { rule: 25, file: SIGNS }, doors, endAtHome),
  ofShared('a case that wants an emergency', CASES, { rule: 26 }, (document) =>
    casesIn(document)
      .filter(({ wanted }) => wanted !== 'emergency')
      .map(({ name, pathway, index }) => [
        name,
        (copy) => copy.setIn([index, 'wanted'], 'emergency'),
        pathway,
      ]),
  ),
  ofShared('a case with an answer that is not there', CASES, { rule: 26 }, (document) =>
    casesIn(document).map(({ name, pathway, index }) => [
      name,
      (copy) => copy.setIn([index, 'answers', 'not-there'], ['yes']),
      pathway,
    ]),
  ),
  ofShared('a case of a pathway that is not there', CASES, { rule: 26 }, (document) =>
    casesIn(document).map(({ name, pathway, index }) => [
      name,
      (copy) => copy.setIn([index, 'pathway'], 'nowhere'),
      pathway,
    ]),
  ),
  ofNamedOption(
    'an emergency of a case that ends at home',
    { rule: 26, file: CASES },
    caseAnswers,
    endAtHome,
  ),
  // A content file is in the proof by being one: whatever others there are, and will be.
  otherFiles('a word of another content file changed', (document, at) => document.setIn(at, 'wait and see')),
  otherFiles('a part of another content file taken out', (document, at) => document.deleteIn(at)),
];

/** Takes one pathway's part out of one shared sign; the place is a path within `signs`. */
function cells(part: 'reportedBy' | 'notAsked') {
  return (document: Document): SharedEdit[] =>
    keysIn(document, ['signs']).flatMap((sign) =>
      keysIn(document, ['signs', sign, part]).map((pathway): SharedEdit => [
        `${sign} ${part} ${pathway}`,
        (copy) => copy.deleteIn(['signs', sign, part, pathway]),
        pathway,
      ]),
    );
}

function doors(document: Document): NamedOption[] {
  const { signs } = SharedSignsFile.parse(document.toJS());
  return Object.entries(signs).flatMap(([by, { reportedBy }]) =>
    Object.entries(reportedBy).flatMap(([pathway, questions]) => namedOptions(questions, { pathway, by })),
  );
}

function casesIn(document: Document) {
  return CasesFile.parse(document.toJS()).map((each, index) => ({ ...each, index }));
}

/** The one sign of each case of an emergency: another sign of the same case would still be urgent. */
function caseAnswers(document: Document): NamedOption[] {
  return casesIn(document)
    .filter(({ wanted }) => wanted === 'emergency')
    .flatMap(({ answers, pathway, name: by }) => namedOptions(answers, { pathway, by }))
    .filter(({ by }, _, all) => all.filter((other) => other.by === by).length === 1);
}

function namedOptions(
  questions: Readonly<Record<string, readonly string[]>>,
  of: Pick<NamedOption, 'pathway' | 'by'>,
): NamedOption[] {
  return Object.entries(questions).flatMap(([question, ids]) =>
    ids.map((option) => ({ ...of, question, option })),
  );
}

function endAtHome(document: Document, at: ContentPath): void {
  document.setIn([...at, 'outcome'], 'self-care');
}

/** One of each kind, or all that there are. */
export function contentMutants(
  files: Files,
  random: SeededRandom,
  which: 'one of each' | 'all',
): ContentMutant[] {
  return MUTANT_KINDS.flatMap(({ places }) => {
    const all = places(files);
    const one = all[random.below(all.length)];
    return which === 'all' ? all : one === undefined ? [] : [one];
  });
}
