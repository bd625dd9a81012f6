import type { MutantKind } from './content-mutant';
import { bandsIn, gone, ofPathway, PATHWAYS, pathwaysIn, renamedPathway, TWO, yesNo } from './mutant-edits';

/** Mistakes in what a pathway says of itself: whom it is for, its words, its bands of age. */
export const PATHWAY_MUTANTS: readonly MutantKind[] = [
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
  ofPathway('a refusal made softer', TWO, ({ refusals }) =>
    refusals.length === 0
      ? null
      : (document) => document.setIn(['refusals', 0, 'text'], 'Nothing can be done.'),
  ),
  ofPathway('a refusal to stay at home', TWO, ({ refusals }) =>
    refusals.length === 0 ? null : (document) => document.setIn(['refusals', 0, 'disposition'], 'self-care'),
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
];
