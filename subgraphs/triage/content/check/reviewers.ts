import { saidAt, type WordsByFile } from './words';

/** Everybody who may accept a change of content. */
export const REVIEWERS_FILE = 'reviewers.yaml';

/**
 * Names as they are written in acceptances. Two entries that read alike but for case, spaces and signs, or that differ in the role
 * alone, are one person: only the first of them is known.
 */
export function knownReviewers(words: WordsByFile): string[] {
  const lines = words.get(REVIEWERS_FILE) ?? [];
  const names = [...new Set(lines.flatMap(({ place }) => /^(.+)\.role$/.exec(place)?.[1] ?? []))];
  const people = new Map<string, string>();
  for (const name of names) {
    const person = (name.split(',')[0] ?? '').toLowerCase().replaceAll(/[^a-z]/g, '');
    if (!people.has(person) && person !== '' && saidAt(lines, `${name}.role`) !== undefined)
      people.set(person, name);
  }
  return [...people.values()];
}
