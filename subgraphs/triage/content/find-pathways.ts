import MiniSearch from 'minisearch';
import { fieldFault } from '../../../domain/messages/field-problem-codes';
import { badInput } from '../../../platform/graphql/graphql-errors';
import type { Content, PathwayContent } from './content';
import { ANY_READER, say } from './wording';
import { suits, type PatientProfile } from '../engine/suitability';
import { readSubject, type SubjectAsGiven } from '../assessment/start-request';

const MOST = 50;
const LONGEST_SEARCH = 200;

export interface PathwaySearch {
  search?: string | null;
  subject?: SubjectAsGiven | null;
  first: number;
}

export type FindPathways = (args: PathwaySearch, now: Date) => PathwayContent[];

/** Words that people write round the one that matters. */
const SAID_ANYWAY = new Set(
  `a about all am an and are as at be been by can cannot child daughter do does for from get gets getting go got had has have he
  her him his how i in is it its just like lot me mum my myself of off on or our own really she since so some
  son still that the their them then there they this to too up very was we week weeks day days what when with year
  years old you your husband wife baby kid dad`.split(/\s+/),
);

interface Entry {
  id: string;
  title: string;
  terms: string;
  summary: string;
}

/**
 * Finds pathways by everyday words, best first: titles, entry terms and summaries, with word beginnings and small
 * slips of the pen. All words have to match if any pathway has them all, else as many as match.
 */
export function pathwayFinder({ pathways }: Content): FindPathways {
  const index = new MiniSearch<Entry>({
    fields: ['title', 'terms', 'summary'],
    processTerm: (term) => (SAID_ANYWAY.has(term.toLowerCase()) ? null : term.toLowerCase()),
    searchOptions: {
      boost: { terms: 2 },
      prefix: (term) => term.length > 2,
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
    },
  });
  index.addAll(
    [...pathways.values()].map(({ id, title, summary, entryTerms }) => ({
      id,
      title: say(title, ANY_READER),
      summary: say(summary, ANY_READER),
      terms: entryTerms.join(' '),
    })),
  );

  function matching(search: string): PathwayContent[] {
    if (search.trim() === '') return [...pathways.values()];
    const all = index.search(search, { combineWith: 'AND' });
    const found = all.length > 0 ? all : index.search(search, { combineWith: 'OR' });
    return found.flatMap(({ id }) => pathways.get(String(id)) ?? []);
  }

  /** @throws GraphQLError BAD_USER_INPUT; a list has no room for problems. */
  return ({ search, subject, first }, now) => {
    if (first < 1 || first > MOST)
      throw badInput({ first: fieldFault('OUT_OF_RANGE', { min: 1, max: MOST }) });
    if ((search ?? '').length > LONGEST_SEARCH)
      throw badInput({ search: fieldFault('TOO_LONG', { max: LONGEST_SEARCH }) });
    const person = subject ? knownSubject(subject, now) : null;
    return matching(search ?? '')
      .filter(({ population }) => person === null || suits(population, person))
      .slice(0, first);
  };
}

function knownSubject(input: SubjectAsGiven, now: Date): PatientProfile {
  const read = readSubject(input, 'subject', now);
  if (read.ok) return read.value;
  throw badInput(read.faults);
}
