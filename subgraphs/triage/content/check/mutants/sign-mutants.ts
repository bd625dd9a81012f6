import type { Document } from 'yaml';
import { CasesFile, SharedSignsFile } from '../../content-files';
import type { ContentPath } from '../finding';
import type { MutantKind } from './content-mutant';
import { keysIn, ofNamedOption, ofShared, type NamedOption, type SharedEdit } from './mutant-edits';

const SIGNS = 'shared-signs.yaml';
const CASES = 'vignettes.yaml';

/** Mistakes in signs that several pathways share, and in the cases that content is held against. */
export const SIGN_MUTANTS: readonly MutantKind[] = [
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
