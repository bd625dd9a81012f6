import { GraphQLError } from 'graphql';
import type { Content, PathwayContent } from './content/content';
import { suits, type Subject } from './engine/suitability';
import { readSubject, type SubjectAsGiven } from './start-request';

const MOST = 50;

export interface PathwaySearch {
  search?: string | null;
  subject?: SubjectAsGiven | null;
  first: number;
}

/**
 * Pathways in whose title or entry terms every word of the search begins some word, for the subject if one is given.
 * @throws GraphQLError BAD_USER_INPUT; a list has no room for problems.
 */
export function findPathways(content: Content, args: PathwaySearch, now: Date): PathwayContent[] {
  if (args.first < 1 || args.first > MOST) throw badInput(`"first" is from 1 to ${MOST}.`);
  const subject = args.subject ? knownSubject(args.subject, now) : null;
  const words = wordsOf(args.search ?? '');
  return [...content.pathways.values()]
    .filter((pathway) => subject === null || suits(pathway.population, subject))
    .filter((pathway) => matches(pathway, words))
    .slice(0, args.first);
}

function matches({ title, entryTerms }: PathwayContent, words: readonly string[]): boolean {
  const known = wordsOf([title, ...entryTerms].join(' '));
  return words.every((word) => known.some((term) => term.startsWith(word)));
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function knownSubject(input: SubjectAsGiven, now: Date): Subject {
  const read = readSubject(input, 'subject', now);
  if (!read.ok)
    throw badInput(
      Object.entries(read.faults)
        .map(([path, fault]) => `${path}: ${fault}`)
        .join(' '),
    );
  return read.value;
}

function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
