import { parse } from 'yaml';
import { z } from 'zod';
import { readContentFiles } from '../subgraphs/triage/content/content-files';
import { CONTENT_FOLDER } from '../subgraphs/triage/content/load-content';
import type { Sex } from '../subgraphs/triage/content/vocabulary';

/**
 * A second interpreter of triage content, for tests that hold it against the engine. It reads the YAML as it is written,
 * by schemas of its own, shares no code with the engine, and is as simple-minded as can be: it gathers every
 * disposition that anything says, and takes the most urgent one.
 */
export type NaiveResult = { ask: string } | { end: string };

const Way = z.looseObject({
  to: z.string().optional(),
  pathway: z.string().optional(),
  outcome: z.string().optional(),
  atLeast: z.string().optional(),
});
type Way = z.infer<typeof Way>;

const Question = z.looseObject({
  kind: z.string(),
  fact: z.string().optional(),
  options: z.array(Way.extend({ id: z.string() })).default([]),
  counts: z
    .array(z.looseObject({ atLeast: z.number(), of: z.array(z.string()), outcome: z.string() }))
    .default([]),
  none: Way.optional(),
  unsure: Way.optional(),
  bands: z.array(Way.extend({ below: z.number().optional() })).default([]),
});
const Questions = z.record(z.string(), Question);
const Pathway = z.looseObject({
  given: z.record(z.string(), z.string()).default({}),
  start: z.string(),
  questions: Questions,
});
const Facts = z.record(
  z.string(),
  z.object({
    knownFrom: z.array(z.looseObject({ sex: z.array(z.string()).optional(), value: z.string() })).default([]),
  }),
);
const Dispositions = z.looseObject({
  dispositions: z.record(z.string(), z.looseObject({ urgencyRank: z.number() })),
});

export function naiveTriage(files: ReadonlyMap<string, string> = readContentFiles(CONTENT_FOLDER)) {
  const read = <T>(name: string, schema: z.ZodType<T>): T => schema.parse(parse(files.get(name) ?? ''));
  const { dispositions } = read('dispositions.yaml', Dispositions);
  const facts = read('facts.yaml', Facts);
  const screen = read('emergency-screen.yaml', z.looseObject({ questions: Questions })).questions.screen!;
  const pathways = new Map<string, z.infer<typeof Pathway>>();
  const pathwayOf = (id: string) => {
    const pathway = pathways.get(id) ?? read(`pathways/${id}.yaml`, Pathway);
    pathways.set(id, pathway);
    return pathway;
  };

  return (
    pathwayId: string,
    person: { ageInDays: number; sex: Sex },
    answers: Readonly<Record<string, readonly string[]>>,
  ): NaiveResult => {
    const known: Record<string, string> = { ...pathwayOf(pathwayId).given };
    for (const [fact, { knownFrom }] of Object.entries(facts))
      for (const { sex, value } of knownFrom) if (sex?.includes(person.sex) === true) known[fact] = value;

    const ticked = answers['emergency.screen'];
    if (ticked === undefined) return { ask: 'emergency.screen' };
    if (!ticked.includes('none')) return { end: worst(ticked.map((id) => way(screen, id).outcome!)) };
    return ask(pathwayId, pathwayOf(pathwayId).start, []);

    function ask(pathway: string, key: string, floors: string[]): NaiveResult {
      const question = pathwayOf(pathway).questions[key]!;
      if (question.kind === 'byAge') {
        const band = question.bands.find(({ below }) => person.ageInDays < (below ?? Infinity))!;
        return follow(pathway, [band], floors);
      }
      const settled = question.fact === undefined ? undefined : known[question.fact];
      const chosen = settled === undefined ? answers[`${pathway}.${key}`] : [settled];
      if (chosen === undefined) return { ask: `${pathway}.${key}` };
      if (question.fact !== undefined) known[question.fact] = chosen[0]!;
      const counts = question.counts.filter(
        ({ of, atLeast }) => chosen.filter((id) => of.includes(id)).length >= atLeast,
      );
      const single = chosen.filter((id) => !counts.some(({ of }) => of.includes(id)));
      const ends = counts.map(({ outcome }): Way => ({ outcome }));
      return follow(pathway, [...single.map((id) => way(question, id)), ...ends], floors);
    }

    function follow(pathway: string, ways: Way[], floors: string[]): NaiveResult {
      const ends = ways.flatMap(({ outcome }) => outcome ?? []);
      if (ends.length > 0) return { end: worst([...ends, ...floors]) };
      const [on] = ways;
      const more = [...floors, ...ways.flatMap(({ atLeast }) => atLeast ?? [])];
      if (on?.pathway !== undefined) return ask(on.pathway, pathwayOf(on.pathway).start, more);
      return ask(pathway, on!.to!, more);
    }
  };

  function way(question: z.infer<typeof Question>, id: string): Way {
    if (question.kind === 'tickAny' && id === 'none') return question.none!;
    if (question.kind === 'tickAny' && id === 'unsure') return question.unsure!;
    return question.options.find((option) => option.id === id)!;
  }

  /** Returns the first of the most urgent ones: sorting keeps their order. */
  function worst(ids: string[]): string {
    return [...ids].sort((one, other) => rankOf(one) - rankOf(other))[0]!;
  }

  function rankOf(id: string): number {
    return dispositions[id]!.urgencyRank;
  }
}
