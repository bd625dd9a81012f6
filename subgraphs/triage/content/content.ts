import type { AppointmentMode } from '../../../domain/appointment-mode';
import type { BookableScope, CareLevel, ContentStatus, QuestionKind, Sex } from './vocabulary';
import type { Wording } from './wording';

/** Triage content as the engine uses it: checked, linked, immutable. Made by `linkContent`, held for the process's life. */
export interface Content {
  /** Shown wherever content is shown while any of it is a demonstration; null once none is. */
  banner: string | null;
  dispositions: ReadonlyMap<string, DispositionContent>;
  pathways: ReadonlyMap<string, PathwayContent>;
}

export interface PathwayContent {
  id: string;
  version: string;
  /** SHA-256 in hex over every file that this pathway's behaviour and wording come from. */
  hash: string;
  status: ContentStatus;
  title: string;
  summary: string;
  entryTerms: readonly string[];
  population: Population;
  refusals: readonly Refusal[];
  /** The emergency screen; it leads on to the pathway's own first question. */
  start: QuestionContent;
  /** By id, emergency screen included. */
  questions: ReadonlyMap<string, QuestionContent>;
  /** By disposition id: what this pathway advises with that outcome, its own advice first. */
  advice: ReadonlyMap<string, Advice>;
}

export interface QuestionContent {
  /** `child-rash.fever`: stable across versions, never a position. */
  id: string;
  kind: QuestionKind;
  text: Wording;
  why: Wording | null;
  options: readonly OptionContent[];
}

export interface OptionContent {
  id: string;
  text: Wording;
  detail: Wording | null;
  /** "None of these": cannot be ticked together with anything else. */
  alone: boolean;
  exit: Exit;
  sources: readonly Source[];
}

export type Exit =
  { kind: 'ask'; question: QuestionContent } | { kind: 'outcome'; disposition: DispositionContent };

export interface DispositionContent extends Advice {
  id: string;
  status: ContentStatus;
  title: string;
  careLevel: CareLevel;
  timeframe: Timeframe;
  /** 0 is the most urgent. */
  urgencyRank: number;
  bookable: BookableScope;
  modes: readonly AppointmentMode[];
  externalCodes: readonly { system: string; code: string }[];
}

export type Timeframe =
  { kind: 'minutes'; minutes: number } | { kind: 'workingDays'; days: number } | { kind: 'none' };

export interface Advice {
  careAdvice: readonly Wording[];
  /** Never empty. */
  worseningAdvice: readonly Wording[];
}

/** Ages in completed months, half-open: `from` is in, `below` is out; `below: null` has no upper end. */
export interface Population {
  ageInMonths: { from: number; below: number | null };
  sex: readonly Sex[];
}

/** People whom the pathway turns away, and what they are told to do instead. */
export interface Refusal extends Population {
  text: string;
  disposition: DispositionContent;
}

export interface Source {
  name: string;
  url: string;
  accessed: string;
}
