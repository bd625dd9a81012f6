import { fieldFault, type FieldFaults } from '../../../domain/messages/field-problem-codes';
import type { Content, Exclusion, PathwayContent } from './content';
import { exclusionOf, suits, type PatientProfile } from '../engine/suitability';
import { wordsJudge, type Judgement, type JudgeWords } from '../own-words/judge-words';
import type { WordsContent } from '../own-words/vocabulary';
import { readSubject, type SubjectAsGiven } from '../assessment/start-request';
import type { Relationship } from './vocabulary';

const MAX_PATHWAYS = 50;
const MAX_WORDS_LENGTH = 200;

export interface PathwaySearch {
  words?: string | null;
  subject?: SubjectAsGiven | null;
  first: number;
}

/** A pathway for these words that is for other people, and what it says to this person. */
export interface LeftOut {
  pathway: PathwayContent;
  exclusion: Exclusion;
}

export const CALL_111_REASONS = [
  'NOT_UNDERSTOOD',
  'NO_CHECK_FOR_THIS',
  'NOT_FOR_THIS_PERSON',
  'OTHER_LANGUAGE',
] as const;
export type Call111Reason = (typeof CALL_111_REASONS)[number];

export type PathwaySearchAnswer =
  | { kind: 'invalid'; faults: FieldFaults }
  | { kind: 'danger'; danger: string | null; language: string | null }
  | { kind: 'call111'; reason: Call111Reason; language: string | null; leftOut: readonly LeftOut[] }
  /** Never empty; `partly` where some of the words are about something that there is no check for. */
  | { kind: 'found'; pathways: readonly PathwayContent[]; leftOut: readonly LeftOut[]; partly: boolean };

/** An answer, and who reads it: the one who asks, for themselves or for somebody else. */
export type FindPathways = (
  search: PathwaySearch,
  now: Date,
) => PathwaySearchAnswer & { relationship: Relationship };

/** @throws Error for content without own words: a kept edition. */
export function wordsOf({ words }: Content): WordsContent {
  if (!words) throw new Error('Content that was checked lacks own-words.yaml.');
  return words;
}

/**
 * Finds pathways by everyday words, after these were judged for danger: whoever names one gets no list. What fits best
 * comes first: most of the words, then the pathway for the fewest other people.
 */
export function pathwayFinder(content: Content): FindPathways {
  const judge: JudgeWords = wordsJudge(wordsOf(content));
  const all = [...content.pathways.values()];
  return (search, now) => {
    const relationship = search.subject?.relationship ?? 'SELF';
    const read = readSearch(search, now);
    if (!read.ok) return { relationship, kind: 'invalid', faults: read.faults };
    const judgement = judge(search.words ?? '', read.person);
    return { relationship, ...answer(judgement, all, read.person, search.first) };
  };
}

function answer(
  judgement: Judgement,
  all: readonly PathwayContent[],
  person: PatientProfile | null,
  first: number,
): PathwaySearchAnswer {
  const call111 = (reason: Call111Reason, language: string | null = null): PathwaySearchAnswer => ({
    kind: 'call111',
    reason,
    language,
    leftOut: [],
  });
  switch (judgement.kind) {
    case 'danger':
      return judgement;
    case 'language':
      return call111('OTHER_LANGUAGE', judgement.language);
    case 'outside':
      return call111('NO_CHECK_FOR_THIS');
    case 'unclear':
      return call111('NOT_UNDERSTOOD');
    case 'everything':
      return listed(all, { person, first, partly: false });
    case 'complaints': {
      const found = judgement.ids.flatMap((id) =>
        all.filter(({ complaint }) => complaint === id).sort((one, other) => breadth(one) - breadth(other)),
      );
      return listed(found, { person, first, partly: judgement.partly });
    }
  }
}

function listed(
  found: readonly PathwayContent[],
  { person, first, partly }: { person: PatientProfile | null; first: number; partly: boolean },
): PathwaySearchAnswer {
  const fitting = found.filter(({ population }) => person === null || suits(population, person));
  const served = new Set(fitting.map(({ complaint }) => complaint));
  const leftOut = found.flatMap((pathway) => {
    const exclusion = person && !served.has(pathway.complaint) ? exclusionOf(pathway, person) : undefined;
    return exclusion ? [{ pathway, exclusion }] : [];
  });
  return fitting.length === 0
    ? { kind: 'call111', reason: 'NOT_FOR_THIS_PERSON', language: null, leftOut }
    : { kind: 'found', pathways: fitting.slice(0, first), leftOut, partly };
}

/** Days of age that a pathway is for. */
function breadth({ population: { ageInDays } }: PathwayContent): number {
  return (ageInDays.below ?? Infinity) - ageInDays.from;
}

type ReadSearch = { ok: true; person: PatientProfile | null } | { ok: false; faults: FieldFaults };

function readSearch({ words, subject, first }: PathwaySearch, now: Date): ReadSearch {
  const person = subject ? readSubject(subject, 'subject', now) : null;
  const faults: FieldFaults = {
    ...(first < 1 || first > MAX_PATHWAYS
      ? { first: fieldFault('OUT_OF_RANGE', { min: 1, max: MAX_PATHWAYS }) }
      : {}),
    ...((words ?? '').length > MAX_WORDS_LENGTH
      ? { words: fieldFault('TOO_LONG', { max: MAX_WORDS_LENGTH }) }
      : {}),
    ...(person && !person.ok ? person.faults : {}),
  };
  if (Object.keys(faults).length > 0) return { ok: false, faults };
  return { ok: true, person: person?.ok ? person.value : null };
}
