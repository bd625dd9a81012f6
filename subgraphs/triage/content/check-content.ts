import type { PathwayFile, QuestionFile } from './content-files';
import type { ParsedContent } from './parse-content';
import { Sex, type CareLevel } from './vocabulary';

/** No slot is ever offered for these, whatever a catalogue says (blueprint, rules of the domain). */
const NEVER_BOOKABLE: readonly CareLevel[] = ['AMBULANCE', 'EMERGENCY_DEPARTMENT', 'URGENT_CALLBACK'];

/**
 * What one file alone cannot show: references, duplicates, cycles, unreachable questions, people nobody answers for.
 * Rules 2 to 5, 13, 17 and 18 of triage.md 4.3; every rule is a function here that gives one line a fault.
 */
export function checkContent(content: ParsedContent): string[] {
  return [
    ...catalogue(content),
    ...options('emergency-screen.yaml', 'screen', content.emergency.questions.screen, content),
    ...duplicatePathways(content),
    ...[...content.pathways].flatMap(([file, { pathway }]) => [
      ...fileName(file, pathway),
      ...references(file, pathway, content),
      ...shape(file, pathway),
      ...population(file, pathway),
    ]),
  ];
}

function catalogue({ dispositions: file, sources, texts }: ParsedContent): string[] {
  return Object.entries(file.dispositions).flatMap(([id, disposition]) => {
    const at = `dispositions.yaml: dispositions.${id}`;
    const bookable = disposition.bookable !== 'NONE';
    return [
      ...faults(
        bookable && NEVER_BOOKABLE.includes(disposition.careLevel),
        `${at}.bookable: An emergency or callback outcome is never bookable.`,
      ),
      ...faults(
        bookable !== disposition.modes.length > 0,
        `${at}.modes: Modes are for bookable outcomes, which need at least one.`,
      ),
      ...unknown(disposition.sources, sources, `${at}.sources`, 'source'),
      ...unknown(disposition.careAdvice, texts.advice, `${at}.careAdvice`, 'advice'),
      ...unknown(disposition.worseningAdvice, texts.advice, `${at}.worseningAdvice`, 'advice'),
    ];
  });
}

function duplicatePathways({ pathways }: ParsedContent): string[] {
  const ids = [...pathways.values()].map(({ pathway }) => pathway.id);
  return [...pathways].flatMap(([file, { pathway }], index) =>
    faults(
      ids.indexOf(pathway.id) < index,
      `${file}: id: Another file has the pathway "${pathway.id}" already.`,
    ),
  );
}

function fileName(file: string, { id }: PathwayFile): string[] {
  return faults(file !== `pathways/${id}.yaml`, `${file}: id: The file of "${id}" is pathways/${id}.yaml.`);
}

function references(file: string, pathway: PathwayFile, content: ParsedContent): string[] {
  const { dispositions } = content.dispositions;
  return [
    ...unknown([pathway.start], pathway.questions, `${file}: start`, 'question'),
    ...Object.entries(pathway.questions).flatMap(([key, question]) => [
      ...options(file, key, question, content),
      ...unknown(targets(question), pathway.questions, `${file}: questions.${key}`, 'question'),
    ]),
    ...pathway.refusals.flatMap((refusal, index) =>
      unknown([refusal.disposition], dispositions, `${file}: refusals.${index}.disposition`, 'disposition'),
    ),
    ...Object.entries(pathway.outcomes).flatMap(([id, advice]) => [
      ...unknown([id], dispositions, `${file}: outcomes`, 'disposition'),
      ...unknown(advice.careAdvice, content.texts.advice, `${file}: outcomes.${id}.careAdvice`, 'advice'),
      ...unknown(
        advice.worseningAdvice,
        content.texts.advice,
        `${file}: outcomes.${id}.worseningAdvice`,
        'advice',
      ),
    ]),
  ];
}

/** The rules of one question's options: ids unique, outcomes and sources known. */
function options(
  file: string,
  key: string,
  question: Omit<QuestionFile, 'none'> & { unsure?: Exitlike; none?: Exitlike },
  { dispositions, sources }: ParsedContent,
): string[] {
  const at = `${file}: questions.${key}`;
  const reserved = question.kind === 'tickAny' ? ['none', 'unsure'] : [];
  const ids = [...reserved, ...question.options.map(({ id }) => id)];
  const exits: Exitlike[] = [...question.options, question.unsure ?? {}, question.none ?? {}];
  return [
    ...question.options.flatMap(({ id }, index) =>
      faults(
        ids.indexOf(id) < index + reserved.length,
        `${at}.options.${index}.id: The option "${id}" is there twice.`,
      ),
    ),
    ...unknown(
      exits.flatMap(({ outcome }) => outcome ?? []),
      dispositions.dispositions,
      at,
      'disposition',
    ),
    ...unknown(
      exits.flatMap((exit) => exit.sources ?? []),
      sources,
      at,
      'source',
    ),
  ];
}

interface Exitlike {
  to?: string | undefined;
  outcome?: string | undefined;
  sources?: readonly string[] | undefined;
}

/** Every question can be reached from the start, and none leads back to itself. */
function shape(file: string, pathway: PathwayFile): string[] {
  const reached = new Set<string>();
  const circles: string[] = [];
  const visit = (key: string, path: readonly string[]): void => {
    if (path.includes(key)) {
      circles.push(
        `${file}: questions.${key}: This question leads back to itself: ${[...path, key].join(' > ')}.`,
      );
      return;
    }
    const question = pathway.questions[key];
    if (reached.has(key) || question === undefined) return;
    for (const target of targets(question)) visit(target, [...path, key]);
    // Marked on the way back: a question under way is caught as a circle above.
    reached.add(key);
  };
  visit(pathway.start, []);
  const unreachable = Object.keys(pathway.questions).filter((key) => !reached.has(key));
  return [
    ...circles,
    ...unreachable.map((key) => `${file}: questions.${key}: Nothing leads to this question.`),
  ];
}

function targets(question: QuestionFile): string[] {
  const exits: Exitlike[] = question.kind === 'tickAny' ? [question.none] : question.options;
  return exits.flatMap(({ to }) => to ?? []);
}

/** Everybody is either in the population or refused, by exactly one rule: ages change hands only at the edges. */
function population(file: string, { population: included, refusals }: PathwayFile): string[] {
  const groups = [included, ...refusals];
  const edges = groups.flatMap(({ ageInMonths: { from, below } }) => [from, below ?? 0]);
  return Sex.options.flatMap((sex) =>
    [...new Set([0, ...edges])].flatMap((age) => {
      const count = groups.filter(
        ({ sex: sexes, ageInMonths: { from, below } }) =>
          sexes.includes(sex) && age >= from && (below === null || age < below),
      ).length;
      return faults(
        count !== 1,
        `${file}: population: ${count === 0 ? 'Nothing says' : 'More than one rule says'} what becomes of somebody ${sex} of ${age} months.`,
      );
    }),
  );
}

function unknown(ids: readonly string[], known: Record<string, unknown>, at: string, what: string): string[] {
  return ids.flatMap((id) => faults(!Object.hasOwn(known, id), `${at}: There is no ${what} "${id}".`));
}

function faults(wrong: boolean, line: string): string[] {
  return wrong ? [line] : [];
}
