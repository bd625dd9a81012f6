import type { PathwayFile, QuestionsFile } from '../content-files';
import { INSTEAD_OF_TRIAGE } from '../instead-of-triage';
import type { ParsedContent } from '../parse-content';
import { failure, unless, type Finding, type ContentPath } from './finding';
import { allExits, exitsOf } from './written-exits';

const RESERVED = ['none', 'unsure'];

/** Rules 2 (ids unique), 3 (targets exist), 6 (one exit each), 7 (outcomes are in the catalogue), 8 and 12 as written. */
export function referenceRules(content: ParsedContent): Finding[] {
  return [
    ...[...content.pathways].flatMap(([file, pathway]) => [
      ...pathwayId(file, pathway, content),
      ...emergencyScreen(file, pathway),
      ...targets(file, pathway, content),
      ...optionIds(file, pathway.questions),
      ...unsureIsThere(file, pathway.questions),
      ...countsCount(file, pathway.questions),
    ]),
    ...optionIds('emergency-screen.yaml', content.emergency.questions),
    ...unsureIsThere('emergency-screen.yaml', content.emergency.questions),
    ...countsCount('emergency-screen.yaml', content.emergency.questions),
    ...sharedSigns(content),
    ...exits(content),
    ...catalogue(content),
  ];
}

function catalogue({ dispositions: { dispositions }, texts }: ParsedContent): Finding[] {
  const file = 'dispositions.yaml';
  return [
    ...unless(Object.hasOwn(dispositions, INSTEAD_OF_TRIAGE), () =>
      failure(
        7,
        file,
        ['dispositions'],
        `"${INSTEAD_OF_TRIAGE}" is always there: it is for those whom no pathway serves.`,
      ),
    ),
    ...Object.entries(dispositions).flatMap(([id, { careAdvice, worseningAdvice }]) => [
      ...known(careAdvice, texts.advice, 'advice', {
        rule: 3,
        file,
        path: ['dispositions', id, 'careAdvice'],
      }),
      ...known(worseningAdvice, texts.advice, 'advice', {
        rule: 3,
        file,
        path: ['dispositions', id, 'worseningAdvice'],
      }),
    ]),
  ];
}

function pathwayId(file: string, { id }: PathwayFile, { pathways }: ParsedContent): Finding[] {
  const same = [...pathways].filter(([, other]) => other.id === id).map(([name]) => name);
  return [
    ...unless(file === `pathways/${id}.yaml`, () =>
      failure(2, file, ['id'], `The file of "${id}" is pathways/${id}.yaml.`),
    ),
    ...unless(same[0] === file, () =>
      failure(2, file, ['id'], `Another file has the pathway "${id}" already.`),
    ),
  ];
}

function emergencyScreen(file: string, { emergencyScreen: written }: PathwayFile): Finding[] {
  return unless(written === 'standard', () =>
    failure(
      8,
      file,
      ['emergencyScreen'],
      'Every pathway begins with the emergency screen: write "emergencyScreen: standard".',
    ),
  );
}

function targets(file: string, pathway: PathwayFile, content: ParsedContent): Finding[] {
  const { dispositions } = content.dispositions;
  const { advice } = content.texts;
  return [
    ...known([pathway.start], pathway.questions, 'question', { rule: 3, file, path: ['start'] }),
    ...pathway.refusals.flatMap(({ disposition }, index) =>
      known([disposition], dispositions, 'disposition', {
        rule: 7,
        file,
        path: ['refusals', index, 'disposition'],
      }),
    ),
    ...Object.entries(pathway.outcomes).flatMap(([id, own]) => [
      ...known([id], dispositions, 'disposition', { rule: 7, file, path: ['outcomes', id] }),
      ...known(own.careAdvice, advice, 'advice', { rule: 3, file, path: ['outcomes', id, 'careAdvice'] }),
      ...known(own.worseningAdvice, advice, 'advice', {
        rule: 3,
        file,
        path: ['outcomes', id, 'worseningAdvice'],
      }),
    ]),
    ...known(Object.keys(pathway.given), content.facts, 'fact', { rule: 3, file, path: ['given'] }),
    ...Object.entries(pathway.questions).flatMap(([key, node]) => [
      ...known(
        node.kind === 'chooseOne' && node.fact !== undefined ? [node.fact] : [],
        content.facts,
        'fact',
        { rule: 3, file, path: ['questions', key, 'fact'] },
      ),
      ...exitsOf(key, node).flatMap(({ exit, path }) =>
        known(exit.to === undefined ? [] : [exit.to], pathway.questions, 'question', { rule: 3, file, path }),
      ),
    ]),
  ];
}

/** Checks every exit, wherever it stands. */
function exits(content: ParsedContent): Finding[] {
  const pathways = Object.fromEntries([...content.pathways.values()].map((pathway) => [pathway.id, true]));
  return [...allExits(content)].flatMap(({ file, path, exit: { to, pathway, outcome, atLeast } }) => {
    const ways = [to, pathway, outcome].filter((way) => way !== undefined).length;
    const dispositions = [outcome, atLeast].flatMap((id) => id ?? []);
    return [
      ...unless(ways === 1, () =>
        failure(
          6,
          file,
          path,
          'It leads to a question (to), a pathway or an outcome, to exactly one of them.',
        ),
      ),
      ...unless(atLeast === undefined || outcome === undefined, () =>
        failure(6, file, path, '"atLeast" is for exits that go on asking; an outcome speaks for itself.'),
      ),
      ...known(pathway === undefined ? [] : [pathway], pathways, 'pathway', { rule: 3, file, path }),
      ...known(dispositions, content.dispositions.dispositions, 'disposition', { rule: 7, file, path }),
    ];
  });
}

function optionIds(file: string, questions: QuestionsFile): Finding[] {
  return Object.entries(questions).flatMap(([key, node]) => {
    if (node.kind === 'byAge') return bandsAscend(file, ['questions', key, 'bands'], node.bands);
    const reserved = node.kind === 'tickAny' ? RESERVED : [];
    const ids = [...reserved, ...node.options.map(({ id }) => id)];
    return node.options.flatMap(({ id }, index) =>
      unless(ids.indexOf(id) === index + reserved.length, () =>
        failure(2, file, ['questions', key, 'options', index, 'id'], `The option "${id}" is there twice.`),
      ),
    );
  });
}

function bandsAscend(
  file: string,
  path: ContentPath,
  bands: readonly { below?: number | undefined }[],
): Finding[] {
  const last = bands.length - 1;
  return bands.flatMap(({ below }, index) => {
    const before = bands[index - 1]?.below ?? 0;
    const right = index === last ? below === undefined : below !== undefined && below > before;
    return unless(right, () =>
      failure(
        2,
        file,
        [...path, index],
        'Bands go upwards by "below"; the last one, and no other, is without.',
      ),
    );
  });
}

/** The least urgent outcome of a sign that is not there would be held against nothing. */
function sharedSigns({ signs, dispositions: { dispositions } }: ParsedContent): Finding[] {
  const file = 'shared-signs.yaml';
  return Object.entries(signs?.signs ?? {}).flatMap(([id, { leastUrgent }]) => {
    const path = ['signs', id, 'leastUrgent'];
    const outcomes = leastUrgent.map(({ outcome }) => outcome);
    return [
      ...known(outcomes, dispositions, 'disposition', { rule: 7, file, path }),
      ...bandsAscend(file, path, leastUrgent),
    ];
  });
}

function unsureIsThere(file: string, questions: QuestionsFile): Finding[] {
  return Object.entries(questions).flatMap(([key, node]) => {
    if (node.kind === 'byAge') return [];
    const has =
      node.kind === 'tickAny' ? node.unsure !== undefined : node.options.some(({ id }) => id === 'unsure');
    return unless(has, () =>
      failure(
        12,
        file,
        ['questions', key],
        'Every question can be answered with "unsure": say where that leads.',
      ),
    );
  });
}

/** Counts are of options that are there, and can be reached. */
function countsCount(file: string, questions: QuestionsFile): Finding[] {
  return Object.entries(questions).flatMap(([key, node]) =>
    ('counts' in node ? node.counts : []).flatMap(({ of, atLeast }, index) => {
      const path = ['questions', key, 'counts', index];
      const options = 'options' in node ? Object.fromEntries(node.options.map(({ id }) => [id, true])) : {};
      return [
        ...known(of, options, 'option', { rule: 3, file, path: [...path, 'of'] }),
        ...unless(new Set(of).size === of.length, () =>
          failure(2, file, [...path, 'of'], 'An option is counted twice.'),
        ),
        ...unless(atLeast <= of.length, () =>
          failure(
            3,
            file,
            [...path, 'atLeast'],
            `There are ${of.length} options to count, and never ${atLeast}.`,
          ),
        ),
      ];
    }),
  );
}

function known(
  ids: readonly string[],
  all: Record<string, unknown>,
  what: string,
  { rule, file, path }: { rule: number; file: string; path: ContentPath },
): Finding[] {
  return ids.flatMap((id) =>
    unless(Object.hasOwn(all, id), () => failure(rule, file, path, `There is no ${what} "${id}".`)),
  );
}
