import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { APPOINTMENT_MODES } from '../../../domain/appointment-mode';
import { BookableScope, CareLevel, Sex } from './vocabulary';
import { Wording } from './wording';

/** What content authors write: the shape of each YAML file. What refers to what is checked by `checkContent`. */

const Id = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'An id is lower-case words joined by hyphens.');
const Version = z.string().regex(/^\d+\.\d+\.\d+$/, 'A version is three numbers, for example 1.2.0.');
const Status = z.enum(['demo', 'reviewed', 'live']);
const SourceIds = z.array(Id).min(1, 'Every rule names at least one source.');
const text = z.string().min(1);

const toQuestion = z.strictObject({ to: Id });
const toOutcome = z.strictObject({ outcome: Id, sources: SourceIds });

const tick = z.strictObject({
  id: Id,
  text: Wording,
  detail: Wording.optional(),
  outcome: Id,
  sources: SourceIds,
});
const choice = z
  .strictObject({ ...tick.shape, to: Id.optional(), outcome: Id.optional() })
  .refine((option) => (option.to === undefined) !== (option.outcome === undefined), {
    message: 'An option leads to a question (to) or to an outcome, to exactly one of them.',
  });

const asked = { text: Wording, why: Wording.optional() };
const emergencyQuestion = z.strictObject({
  kind: z.literal('tickAny'),
  ...asked,
  options: z.array(tick).min(1).max(12),
  unsure: toOutcome,
});
const tickAny = z.strictObject({
  ...emergencyQuestion.shape,
  none: z.union([toQuestion, toOutcome]),
});
const chooseOne = z.strictObject({
  kind: z.literal('chooseOne'),
  ...asked,
  options: z.array(choice).min(2).max(12),
});

const Population = z.strictObject({
  ageInMonths: z.strictObject({ from: z.int().min(0), below: z.int().min(1).nullable() }),
  sex: z.array(Sex).min(1).default(Sex.options),
});

const Advice = z.strictObject({ careAdvice: z.array(Id), worseningAdvice: z.array(Id).min(1) });

export const PathwayFile = z.strictObject({
  id: Id,
  version: Version,
  status: Status,
  reviewedBy: z.string().min(1).nullable(),
  title: text,
  summary: text,
  entryTerms: z.array(text).min(1),
  population: Population,
  refusals: z.array(z.strictObject({ ...Population.shape, disposition: Id, text })),
  start: Id,
  questions: z.record(Id, z.discriminatedUnion('kind', [tickAny, chooseOne])),
  outcomes: z.record(Id, Advice),
});
export type PathwayFile = z.infer<typeof PathwayFile>;
export type QuestionFile = PathwayFile['questions'][string];

export const EmergencyScreenFile = z.strictObject({
  id: z.literal('emergency'),
  version: Version,
  status: Status,
  questions: z.strictObject({ screen: emergencyQuestion }),
});
export type EmergencyScreenFile = z.infer<typeof EmergencyScreenFile>;

const Timeframe = z.union([
  z.strictObject({ minutes: z.int().min(0) }),
  z.strictObject({ workingDays: z.int().min(1) }),
  z.literal('none'),
]);

export const DispositionsFile = z.strictObject({
  version: Version,
  status: Status,
  dispositions: z.record(
    Id,
    z.strictObject({
      ...Advice.shape,
      title: text,
      careLevel: CareLevel,
      timeframe: Timeframe,
      urgencyRank: z.int().min(0),
      bookable: BookableScope,
      modes: z.array(z.enum(APPOINTMENT_MODES)),
      externalCodes: z.record(Id, text),
      sources: SourceIds,
    }),
  ),
});
export type DispositionsFile = z.infer<typeof DispositionsFile>;

export const SourcesFile = z.record(
  Id,
  z.strictObject({ name: text, url: z.url({ protocol: /^https$/ }), accessed: z.iso.date() }),
);
export type SourcesFile = z.infer<typeof SourcesFile>;

export const TextsFile = z.strictObject({
  banner: text,
  noneOfThese: text,
  unsure: text,
  advice: z.record(Id, Wording),
});
export type TextsFile = z.infer<typeof TextsFile>;

/** The text of every content file by its path within the folder, `pathways/child-rash.yaml`. */
export function readContentFiles(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.yaml'))
    .sort();
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
