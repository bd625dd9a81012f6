import type { AppointmentMode } from '../../../domain/appointment-mode';
import type { BookableScope, CareLevel, ContentStatus, QuestionKind, Sex } from './vocabulary';
import type { Wording } from './wording';
import type { WordsContent } from '../own-words/vocabulary';

/** Triage content as the engine uses it: checked, linked, immutable. Made by `linkContent`, held for the process's life. */
export interface Content {
  /** In which every text exists. */
  locales: readonly string[];
  /** Shown wherever content is shown that is not live; null once all of it is. */
  banner: Wording | null;
  /** Reasons for which it is not live; empty only where reviewers have signed it as it is. */
  notLiveBecause: readonly string[];
  /** The moment from which a signature does not hold; null where it is a demonstration. */
  liveUntil: Date | null;
  switchedOff: Wording;
  /** Says how people's own words are understood; null in a kept edition. */
  words: WordsContent | null;
  dispositions: ReadonlyMap<string, DispositionContent>;
  pathways: ReadonlyMap<string, PathwayContent>;
}

export interface PathwayContent {
  id: string;
  version: string;
  /** SHA-256 in hex over every file that this pathway's behaviour and wording come from. */
  hash: string;
  /** Files by name: kept for as long as there are assessments pinned to them. */
  files: ReadonlyMap<string, string>;
  status: ContentStatus;
  /** Pathways with the same complaint are for different people. */
  complaint: string;
  title: Wording;
  summary: Wording;
  entryTerms: readonly string[];
  population: Population;
  refusals: readonly Exclusion[];
  /** Facts that the complaint itself says, and facts that are known of some people. */
  given: ReadonlyMap<string, string>;
  knownFacts: readonly KnownFact[];
  /** The emergency screen; it leads on to the pathway's own first question. */
  start: QuestionContent;
  /** Questions by id: emergency screen, own questions, and those of pathways that it leads on to. */
  questions: ReadonlyMap<string, QuestionContent>;
  /** Advice by pathway and disposition, when a question of that pathway has decided, its own advice first. */
  advice: ReadonlyMap<string, ReadonlyMap<string, AdviceContent>>;
}

export interface KnownFact {
  fact: string;
  /** The option that these people would choose. */
  value: string;
  sex: readonly Sex[];
  ageInDays: AgeRange;
}

/** A question for the person, or bands of age, which are known. */
export type NodeContent = QuestionContent | AgeBandsContent;

interface Node {
  /** `child-rash.fever`: stable across versions, never a position. */
  id: string;
  /** Pathway in whose file the question stands; the emergency screen belongs to the pathway that it leads on to. */
  pathwayId: string;
}

export interface QuestionContent extends Node {
  kind: QuestionKind;
  text: Wording;
  why: Wording | null;
  /** Not asked where it is known. */
  fact: string | null;
  options: readonly OptionContent[];
  /** Ways on of so many ticks together, in place of their own. */
  counts: readonly CountContent[];
}

export interface CountContent {
  atLeast: number;
  /** Ids of the options that are counted. */
  of: readonly string[];
  exit: Extract<Exit, { kind: 'outcome' }>;
  /** Its author says why more ticks may end less urgently. */
  isMilder: boolean;
  sources: readonly Source[];
}

export interface AgeBandsContent extends Node {
  kind: 'BY_AGE';
  bands: readonly BandContent[];
}

/** One way on, and what it rests on. */
export interface RuleContent {
  /** Unique within its question. */
  id: string;
  text: Wording;
  exit: Exit;
  sources: readonly Source[];
}

export interface OptionContent extends RuleContent {
  detail: Wording | null;
  /** Its author says why it may end less urgently than its contrary. */
  isMilder: boolean;
  /** "None of these": cannot be ticked together with anything else. */
  alone: boolean;
}

export interface BandContent extends RuleContent {
  /** Days; null in the last band. */
  below: number | null;
}

export type Exit =
  | { kind: 'go'; to: NodeContent; atLeast: DispositionContent | null }
  | { kind: 'outcome'; disposition: DispositionContent };

export interface DispositionContent extends AdviceContent {
  id: string;
  status: ContentStatus;
  title: Wording;
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

export interface AdviceContent {
  careAdvice: readonly Wording[];
  /** Never empty. */
  worseningAdvice: readonly Wording[];
}

/** In days, half-open: `from` is in, `below` is out; `below: null` has no upper end. */
export interface AgeRange {
  from: number;
  below: number | null;
}

export interface Population {
  ageInDays: AgeRange;
  sex: readonly Sex[];
}

/** People whom the pathway turns away, with the advice for them. */
export interface Exclusion extends Population {
  text: Wording;
  disposition: DispositionContent;
}

export interface Source {
  id: string;
  name: string;
  url: string;
  /** When the page was last compared with the rules that cite it; null: never. */
  accessed: string | null;
}
