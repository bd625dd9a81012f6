import type {
  AdviceContent,
  AgeBandsContent,
  Content,
  DispositionContent,
  Exit,
  KnownFact,
  NodeContent,
  OptionContent,
  PathwayContent,
  QuestionContent,
  Source,
  Timeframe,
} from './content';
import type { DispositionsFile, ExitFile, OptionFile, PathwayFile, QuestionFile } from './content-files';
import { filesOf, hashOf, type ParsedContent } from './parse-content';
import { Sex, type ContentStatus } from './vocabulary';
import { ANY_READER, say, type Wording } from './wording';

export const EMERGENCY_SCREEN = 'emergency.screen';

const NOT_CHECKED = 'Its signatures are checked in live clinical mode alone.';

const EVERY_AGE = { from: 0, below: null };

/**
 * Joins checked content into the graph that the engine walks: exits hold the question or disposition itself.
 * @param files the parsed files: each pathway keeps those that it rests on.
 * @param notLiveBecause empty: it is signed as it is, and claims to be live. Whatever a file says of its status, it is a
 * demonstration otherwise.
 */
export function linkContent(
  parsed: ParsedContent,
  files: ReadonlyMap<string, string>,
  notLiveBecause: readonly string[] = [NOT_CHECKED],
  signedUntil: Date | null = null,
): Content {
  const link = linker(parsed, notLiveBecause.length === 0);
  const pathways = [...parsed.pathways.values()].map((file) =>
    linkPathway(file, filesOf(file, parsed, files), link),
  );
  const dispositions = new Map(
    Object.keys(parsed.dispositions.dispositions).map((id) => [id, link.disposition(id)]),
  );
  return {
    locales: parsed.texts.locales,
    banner: notLiveBecause.length === 0 ? null : parsed.texts.banner,
    notLiveBecause,
    liveUntil: notLiveBecause.length === 0 ? signedUntil : null,
    switchedOff: parsed.texts.switchedOff,
    words: linkWords(parsed),
    dispositions,
    pathways: new Map(pathways.map((pathway) => [pathway.id, pathway])),
  };
}

function linkWords({ words, pathways }: ParsedContent): Content['words'] {
  if (!words) return null;
  const entryTerms = new Map<string, string[]>();
  for (const { complaint, entryTerms: terms } of pathways.values())
    entryTerms.set(complaint, [...(entryTerms.get(complaint) ?? []), ...terms]);
  return { ...words, entryTerms };
}

type Linker = ReturnType<typeof linker>;

/** Looks up by id what the rules have found to exist. */
function linker(parsed: ParsedContent, isLive: boolean) {
  const status: ContentStatus = isLive ? 'LIVE' : 'DEMO';
  const advice = (ids: readonly string[]): Wording[] => ids.map((id) => known(parsed.texts.advice, id));
  const dispositions: Record<string, DispositionContent> = {};
  for (const [id, file] of Object.entries(parsed.dispositions.dispositions))
    dispositions[id] = {
      ...file,
      id,
      status,
      timeframe: timeframe(file.timeframe),
      externalCodes: Object.entries(file.externalCodes).map(([system, code]) => ({ system, code })),
      careAdvice: advice(file.careAdvice),
      worseningAdvice: advice(file.worseningAdvice),
    };
  const pathways = Object.fromEntries([...parsed.pathways.values()].map((file) => [file.id, file]));
  return {
    parsed,
    status,
    advice,
    disposition: (id: string): DispositionContent => known(dispositions, id),
    pathway: (id: string): PathwayFile => known(pathways, id),
    sources: (ids: readonly string[]): Source[] => ids.map((id) => ({ id, ...known(parsed.sources, id) })),
  };
}

function linkPathway(file: PathwayFile, files: ReadonlyMap<string, string>, link: Linker): PathwayContent {
  const nodes = nodeLinker(link);
  const start = emergencyScreen(file, link, nodes);
  return {
    id: file.id,
    version: file.version,
    hash: hashOf(files),
    files,
    complaint: file.complaint,
    status: link.status,
    title: file.title,
    summary: file.summary,
    entryTerms: file.entryTerms,
    population: file.population,
    refusals: file.refusals.map((refusal) => ({
      ...refusal,
      disposition: link.disposition(refusal.disposition),
    })),
    given: new Map(Object.entries(file.given)),
    knownFacts: knownFacts(link.parsed.facts),
    start,
    questions: new Map([[start.id, start], ...nodes.questions()]),
    advice: new Map(nodes.pathways().map((id) => [id, linkAdvice(link.pathway(id), link)])),
  };
}

type NodeLinker = ReturnType<typeof nodeLinker>;

/** Each node once for each pathway, so that two ways to a question meet in the same object. */
function nodeLinker(link: Linker) {
  const nodes = new Map<string, NodeContent>();
  const node = (file: PathwayFile, key: string): NodeContent => {
    const id = `${file.id}.${key}`;
    const linked = nodes.get(id) ?? linkNode(key, { file, link, node });
    nodes.set(id, linked);
    return linked;
  };
  return {
    node,
    questions: (): [string, QuestionContent][] =>
      [...nodes].flatMap(([id, each]) => (each.kind === 'BY_AGE' ? [] : [[id, each]])),
    pathways: (): string[] => [...new Set([...nodes.values()].map(({ pathwayId }) => pathwayId))],
  };
}

/** The pathway that a node is written in, and the ways to everything that it refers to. */
interface NodeContext {
  file: PathwayFile;
  link: Linker;
  node: NodeLinker['node'];
}

function emergencyScreen(file: PathwayFile, link: Linker, { node }: NodeLinker): QuestionContent {
  const screen = { ...link.parsed.emergency.questions.screen, none: { to: file.start } };
  return linkQuestion(EMERGENCY_SCREEN, screen, { file, link, node });
}

function linkNode(key: string, context: NodeContext): NodeContent {
  const { file } = context;
  const id = `${file.id}.${key}`;
  const written = known(file.questions, key);
  return written.kind === 'byAge'
    ? linkBands(id, written.bands, context)
    : linkQuestion(id, written, context);
}

function linkBands(
  id: string,
  bands: Extract<PathwayFile['questions'][string], { kind: 'byAge' }>['bands'],
  context: NodeContext,
): AgeBandsContent {
  const { file, link } = context;
  return {
    kind: 'BY_AGE',
    id,
    pathwayId: file.id,
    bands: bands.map((band) => ({
      id: band.below === undefined ? 'other' : `below-${band.below}`,
      below: band.below ?? null,
      // The rules see to it that bands which decide have words.
      text: band.text ?? say(file.title, ANY_READER),
      exit: exit(band, context),
      sources: link.sources(band.sources ?? []),
    })),
  };
}

function linkQuestion(id: string, written: QuestionFile, context: NodeContext): QuestionContent {
  const { file, link } = context;
  const { texts } = link.parsed;
  const option = (each: OptionFile, alone: boolean): OptionContent => ({
    id: each.id,
    text: each.text ?? known(texts.answers, each.id),
    detail: each.detail ?? null,
    isMilder: each.milderBecause !== undefined,
    alone,
    exit: exit(each, context),
    sources: link.sources(each.sources ?? written.sources ?? []),
  });
  return {
    id,
    pathwayId: file.id,
    kind: written.kind === 'chooseOne' ? 'CHOOSE_ONE' : 'TICK_ANY',
    text: written.text,
    why: written.why ?? null,
    fact: written.kind === 'chooseOne' ? (written.fact ?? null) : null,
    options: [
      ...written.options.map((each) => option(each, false)),
      ...(written.kind === 'chooseOne'
        ? []
        : [
            option({ id: 'none', text: texts.noneOfThese, ...written.none }, true),
            option({ id: 'unsure', text: texts.unsureOfTicks, ...written.unsure }, false),
          ]),
    ],
    counts: (written.kind === 'tickAny' ? written.counts : []).map((count) => ({
      atLeast: count.atLeast,
      of: count.of,
      exit: { kind: 'outcome', disposition: link.disposition(count.outcome) },
      isMilder: count.milderBecause !== undefined,
      sources: link.sources(count.sources ?? written.sources ?? []),
    })),
  };
}

function exit(written: ExitFile, { file, link, node }: NodeContext): Exit {
  const { to, pathway, outcome, atLeast } = written;
  if (outcome !== undefined) return { kind: 'outcome', disposition: link.disposition(outcome) };
  const floor = atLeast === undefined ? null : link.disposition(atLeast);
  if (to !== undefined) return { kind: 'go', to: node(file, to), atLeast: floor };
  if (pathway === undefined) throw new Error('Content that was checked has an option that leads nowhere.');
  // The emergency screen has been answered on the way here.
  const target = link.pathway(pathway);
  return { kind: 'go', to: node(target, target.start), atLeast: floor };
}

/** The pathway's own advice first, then the disposition's. */
function linkAdvice(file: PathwayFile, link: Linker): Map<string, AdviceContent> {
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

function knownFacts(facts: ParsedContent['facts']): KnownFact[] {
  return Object.entries(facts).flatMap(([fact, { knownFrom }]) =>
    knownFrom.map(({ sex, ageInDays, value }) => ({
      fact,
      value,
      sex: sex ?? Sex.options,
      ageInDays: ageInDays ?? EVERY_AGE,
    })),
  );
}

function timeframe(written: DispositionsFile['dispositions'][string]['timeframe']): Timeframe {
  if (written === 'none') return { kind: 'none' };
  return 'minutes' in written
    ? { kind: 'minutes', minutes: written.minutes }
    : { kind: 'workingDays', days: written.workingDays };
}

function known<T>(all: Record<string, T>, id: string): T {
  const found = Object.hasOwn(all, id) ? all[id] : undefined;
  if (found === undefined) throw new Error(`Content that was checked refers to "${id}", which is not there.`);
  return found;
}
