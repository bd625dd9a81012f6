import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { APPOINTMENT_MODES } from '../../../domain/appointment-mode';
import { Ages, Id, Population, Status, text, Version } from './file-parts';
import { BookableScope, CareLevel, Sex } from './vocabulary';
import { Locale, Wording } from './wording';

/**
 * Shape of each YAML file that content authors write. The rules in `check/` cover everything that one file alone
 * cannot show, or that has a rule of its own (exits, sources, "not sure", advice).
 */

/** Exit of an answer: to a question, to another pathway or to an outcome; rule 6 wants exactly one of them. */
const exit = {
  to: Id.optional(),
  pathway: Id.optional(),
  outcome: Id.optional(),
  /** Least urgent disposition that may still follow. */
  atLeast: Id.optional(),
  /** Sources of the option; by default those of the question. */
  sources: z.array(Id).optional(),
};
const ExitFile = z.strictObject(exit);
export type ExitFile = z.infer<typeof ExitFile>;

const OptionFile = z.strictObject({
  id: Id,
  /** Wording of the option; by default that of the answer with this id in texts.yaml. */
  text: Wording.optional(),
  detail: Wording.optional(),
  /** Reason for which this answer may end less urgently than its contrary; for readers of the content, not for people (rules 23, 24). */
  milderBecause: text.optional(),
  ...exit,
});
export type OptionFile = z.infer<typeof OptionFile>;

/** "Two of three signs": from so many ticks on, this outcome counts in place of theirs. */
const CountFile = z.strictObject({
  atLeast: z.int().min(2),
  of: z.array(Id).min(2),
  outcome: Id,
  /** Reason for which more ticks may end less urgently here; for readers of the content (rule 11). */
  milderBecause: text.optional(),
  sources: z.array(Id).optional(),
});
export type CountFile = z.infer<typeof CountFile>;

const questionFields = {
  text: Wording,
  why: Wording.optional(),
  sources: z.array(Id).optional(),
  options: z.array(OptionFile).min(1).max(12),
};
const tickAny = z.strictObject({
  kind: z.literal('tickAny'),
  ...questionFields,
  counts: z.array(CountFile).max(4).default([]),
  none: ExitFile,
  /** `milderBecause`: why "not sure" need not end as urgently as the gravest sign (rule 12). */
  unsure: ExitFile.extend({ milderBecause: text.optional() }).optional(),
});
const chooseOne = z.strictObject({ kind: z.literal('chooseOne'), ...questionFields, fact: Id.optional() });

/** Not asked: the age is known. Bands are half-open and in ascending order; the last has no upper end. */
const byAge = z.strictObject({
  kind: z.literal('byAge'),
  bands: z
    .array(
      z.strictObject({
        below: z.int().min(1).optional(),
        /** Explanation when this band decides; needed with an outcome or `atLeast`. */
        text: Wording.optional(),
        ...exit,
      }),
    )
    .min(2),
});

const Advice = z.strictObject({ careAdvice: z.array(Id), worseningAdvice: z.array(Id) });

const Vignette = z.strictObject({
  name: text,
  subject: z.strictObject({ ageInDays: z.int().min(0), sex: Sex }),
  /** Answers by question; questions of this pathway stand without its name. */
  answers: z.record(z.string(), z.array(Id).min(1)),
  expect: Id,
});

export const PathwayFile = z.strictObject({
  id: Id,
  version: Version,
  status: Status,
  reviewedBy: z.string().min(1).nullable(),
  /** Pathways with the same complaint are variants for different people. */
  complaint: Id,
  title: Wording,
  summary: Wording,
  entryTerms: z.array(text).min(1),
  /** Rule 8: every pathway says that it begins with it. */
  emergencyScreen: text.optional(),
  /** Facts that the complaint itself says. */
  given: z.record(Id, Id).default({}),
  population: Population,
  refusals: z.array(z.strictObject({ ...Population.shape, disposition: Id, text: Wording })),
  start: Id,
  questions: z.record(Id, z.discriminatedUnion('kind', [tickAny, chooseOne, byAge])),
  outcomes: z.record(Id, Advice),
  vignettes: z.array(Vignette).min(1),
});
export type PathwayFile = z.infer<typeof PathwayFile>;
export type NodeFile = PathwayFile['questions'][string];
export type QuestionFile = Exclude<NodeFile, { kind: 'byAge' }>;

export const EmergencyScreenFile = z.strictObject({
  id: z.literal('emergency'),
  version: Version,
  status: Status,
  questions: z.strictObject({ screen: tickAny.omit({ none: true }) }),
});
export type EmergencyScreenFile = z.infer<typeof EmergencyScreenFile>;

/** Questions of a pathway, or of the emergency screen, where "none" goes on to wherever each pathway starts. */
export type QuestionsFile = Record<string, NodeFile | EmergencyScreenFile['questions']['screen']>;

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
      title: Wording,
      careLevel: CareLevel,
      timeframe: Timeframe,
      urgencyRank: z.int().min(0),
      bookable: BookableScope,
      modes: z.array(z.enum(APPOINTMENT_MODES)),
      externalCodes: z.record(Id, text),
      sources: z.array(Id),
    }),
  ),
});
export type DispositionsFile = z.infer<typeof DispositionsFile>;

export const SourcesFile = z.record(
  Id,
  z.strictObject({ name: text, url: z.url({ protocol: /^https$/ }), accessed: z.iso.date().nullable() }),
);
export type SourcesFile = z.infer<typeof SourcesFile>;

/**
 * Facts that a question may establish for others; `knownFrom` names the people for whom they are known without
 * asking.
 */
export const FactsFile = z.record(
  Id,
  z.strictObject({
    knownFrom: z
      .array(z.strictObject({ sex: z.array(Sex).min(1).optional(), ageInDays: Ages.optional(), value: Id }))
      .default([]),
  }),
);
export type FactsFile = z.infer<typeof FactsFile>;

export const TextsFile = z.strictObject({
  locales: z.array(Locale).min(1),
  banner: Wording,
  /** Message for everybody whose symptom check an operator has switched off. */
  switchedOff: Wording,
  noneOfThese: Wording,
  answers: z.record(Id, Wording),
  unsureOfTicks: Wording,
  advice: z.record(Id, Wording),
});
export type TextsFile = z.infer<typeof TextsFile>;

/** A warning that somebody has looked at and let stand; content that people rely on has no others. */
export const WaiversFile = z.array(
  z.strictObject({
    rule: z.int().min(1).max(40),
    file: text,
    /** Path of the finding; left out: every warning of this rule in the file. */
    path: text.optional(),
    signedBy: text,
    reason: text,
  }),
);
export type WaiversFile = z.infer<typeof WaiversFile>;

/** Signs that mean the same in several pathways, and the least urgent outcome that they may end in by any of them (rule 25). */
const SharedSign = z.strictObject({
  meaning: text,
  /** People who can have it; by default everybody. */
  people: Population.default({ ageInDays: { from: 0, below: null }, sex: Sex.options }),
  /** Bands of age, half-open and upwards; the last band has no upper end. */
  leastUrgent: z.array(z.strictObject({ below: z.int().min(1).optional(), outcome: Id })).min(1),
  sources: z.array(Id).min(1),
  /** Options that report it, by pathway and question. */
  reportedBy: z.record(Id, z.record(z.string(), z.array(Id).min(1))),
  /** Reasons for which a pathway need not ask. */
  notAsked: z.record(Id, z.strictObject({ reason: text, signedBy: text })).default({}),
});
export type SharedSign = z.infer<typeof SharedSign>;
export const SharedSignsFile = z.strictObject({
  version: Version,
  status: Status,
  signs: z.record(Id, SharedSign),
});
export type SharedSignsFile = z.infer<typeof SharedSignsFile>;

export const UrgencyClass = z.enum(['emergency', 'urgent', 'gp', 'self-care']);
export type UrgencyClass = z.infer<typeof UrgencyClass>;

/** A case with the urgency that its source wants; questions that it does not answer are answered "none" or "no". */
const CaseFile = z.strictObject({
  name: text,
  pathway: Id,
  ageInDays: z.int().min(0),
  sex: Sex,
  answers: z.record(z.string(), z.array(Id).min(1)),
  wanted: UrgencyClass,
  source: text,
});
export type CaseFile = z.infer<typeof CaseFile>;
export const CasesFile = z.array(CaseFile).max(1_000);
export type CasesFile = z.infer<typeof CasesFile>;

/** The text of every content file by its path within the folder, `pathways/child-rash.yaml`. */
export function readContentFiles(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.yaml') && !name.startsWith('golden/'))
    .sort();
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
