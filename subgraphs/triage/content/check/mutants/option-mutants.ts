import type { MutantKind } from './content-mutant';
import {
  insertQuestion,
  isFull,
  isOneOfSeveral,
  isOwnSign,
  isUrgent,
  leadsOnAfterNo,
  noneTo,
  ofOption,
  renameQuestion,
  replaceTargets,
  toOf,
  TWO,
  yesNo,
} from './mutant-edits';

/** Mistakes in an option or a question of one pathway. */
export const OPTION_MUTANTS: readonly MutantKind[] = [
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
];
