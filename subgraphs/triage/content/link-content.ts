import type {
  Advice,
  Content,
  DispositionContent,
  Exit,
  OptionContent,
  PathwayContent,
  QuestionContent,
  Source,
  Timeframe,
} from './content';
import type { DispositionsFile, PathwayFile, QuestionFile } from './content-files';
import type { ParsedContent } from './parse-content';
import type { ContentStatus } from './vocabulary';
import type { Wording } from './wording';

const EMERGENCY_SCREEN = 'emergency.screen';

/** Joins checked content into the graph that the engine walks: exits hold the question or disposition itself. */
export function linkContent(parsed: ParsedContent): Content {
  const link = linker(parsed);
  const pathways = [...parsed.pathways.values()].map(({ pathway, hash }) => linkPathway(pathway, hash, link));
  const dispositions = new Map(
    Object.keys(parsed.dispositions.dispositions).map((id) => [id, link.disposition(id)]),
  );
  const live = [...pathways, ...dispositions.values()].every(({ status }) => status !== 'DEMO');
  return {
    banner: live ? null : parsed.texts.banner,
    dispositions,
    pathways: new Map(pathways.map((pathway) => [pathway.id, pathway])),
  };
}

type Linker = ReturnType<typeof linker>;

/** Looks up by id what `checkContent` has found to exist. */
function linker(parsed: ParsedContent) {
  const advice = (ids: readonly string[]): Wording[] => ids.map((id) => known(parsed.texts.advice, id));
  const dispositions: Record<string, DispositionContent> = {};
  for (const [id, file] of Object.entries(parsed.dispositions.dispositions))
    dispositions[id] = {
      ...file,
      id,
      status: leastAssured([parsed.dispositions.status]),
      timeframe: timeframe(file.timeframe),
      externalCodes: Object.entries(file.externalCodes).map(([system, code]) => ({ system, code })),
      careAdvice: advice(file.careAdvice),
      worseningAdvice: advice(file.worseningAdvice),
    };
  return {
    parsed,
    advice,
    disposition: (id: string): DispositionContent => known(dispositions, id),
    sources: (ids: readonly string[]): Source[] => ids.map((id) => known(parsed.sources, id)),
  };
}

function linkPathway(file: PathwayFile, hash: string, link: Linker): PathwayContent {
  const questions = new Map<string, QuestionContent>();
  const question = (key: string): QuestionContent => {
    const id = `${file.id}.${key}`;
    const linked = questions.get(id) ?? linkQuestion(id, known(file.questions, key), link, question);
    questions.set(id, linked);
    return linked;
  };
  const screen = { ...link.parsed.emergency.questions.screen, none: { to: file.start } };
  const start = linkQuestion(EMERGENCY_SCREEN, screen, link, question);
  questions.set(EMERGENCY_SCREEN, start);
  return {
    id: file.id,
    version: file.version,
    hash,
    status: leastAssured([file.status, link.parsed.emergency.status, link.parsed.dispositions.status]),
    title: file.title,
    summary: file.summary,
    entryTerms: file.entryTerms,
    population: file.population,
    refusals: file.refusals.map((refusal) => ({
      ...refusal,
      disposition: link.disposition(refusal.disposition),
    })),
    start,
    questions,
    advice: linkAdvice(file, link),
  };
}

/** The pathway's own advice first, then the disposition's. */
function linkAdvice(file: PathwayFile, link: Linker): Map<string, Advice> {
  return new Map(
    Object.keys(link.parsed.dispositions.dispositions).map((id) => {
      const general = link.disposition(id);
      const own = file.outcomes[id] ?? { careAdvice: [], worseningAdvice: [] };
      return [
        id,
        {
          careAdvice: [...new Set([...link.advice(own.careAdvice), ...general.careAdvice])],
          worseningAdvice: [...new Set([...link.advice(own.worseningAdvice), ...general.worseningAdvice])],
        },
      ];
    }),
  );
}

function linkQuestion(
  id: string,
  file: QuestionFile,
  link: Linker,
  question: (key: string) => QuestionContent,
): QuestionContent {
  const option = (written: WrittenOption): OptionContent => ({
    id: written.id,
    text: written.text,
    detail: written.detail ?? null,
    alone: written.alone ?? false,
    exit: exit(written, link, question),
    sources: link.sources(written.sources ?? []),
  });
  const { texts } = link.parsed;
  const options: WrittenOption[] =
    file.kind === 'chooseOne'
      ? file.options
      : [
          ...file.options,
          { id: 'none', text: texts.noneOfThese, alone: true, ...file.none },
          { id: 'unsure', text: texts.unsure, ...file.unsure },
        ];
  return {
    id,
    kind: file.kind === 'chooseOne' ? 'CHOOSE_ONE' : 'TICK_ANY',
    text: file.text,
    why: file.why ?? null,
    options: options.map(option),
  };
}

interface WrittenOption {
  id: string;
  text: Wording;
  detail?: Wording | undefined;
  alone?: boolean;
  to?: string | undefined;
  outcome?: string | undefined;
  sources?: readonly string[] | undefined;
}

function exit(
  { to, outcome }: WrittenOption,
  link: Linker,
  question: (key: string) => QuestionContent,
): Exit {
  if (outcome !== undefined) return { kind: 'outcome', disposition: link.disposition(outcome) };
  if (to !== undefined) return { kind: 'ask', question: question(to) };
  throw new Error('Content that was checked has an option that leads nowhere.');
}

function timeframe(written: DispositionsFile['dispositions'][string]['timeframe']): Timeframe {
  if (written === 'none') return { kind: 'none' };
  return 'minutes' in written
    ? { kind: 'minutes', minutes: written.minutes }
    : { kind: 'workingDays', days: written.workingDays };
}

/** A whole is no better assured than its weakest part. */
function leastAssured(written: readonly ('demo' | 'reviewed' | 'live')[]): ContentStatus {
  if (written.includes('demo')) return 'DEMO';
  return written.includes('reviewed') ? 'REVIEWED' : 'LIVE';
}

function known<T>(all: Record<string, T>, id: string): T {
  const found = Object.hasOwn(all, id) ? all[id] : undefined;
  if (found === undefined) throw new Error(`Content that was checked refers to "${id}", which is not there.`);
  return found;
}
