import type { ParsedContent } from '../parse-content';
import { failure, unless, warning, type Finding } from './finding';
import { allExits } from './written-exits';

/** Rule 18: every rule names a source that exists. `sourceAgeRules` checks how long ago it was read. */
export function sourceRules(content: ParsedContent): Finding[] {
  const { dispositions } = content.dispositions;
  const rules = [
    ...allExits(content),
    ...wordsRules(content),
    ...Object.entries(content.signs?.signs ?? {}).map(([id, { sources }]) => ({
      file: 'shared-signs.yaml',
      path: ['signs', id],
      sources,
    })),
    ...Object.entries(dispositions).map(([id, { sources }]) => ({
      file: 'dispositions.yaml',
      path: ['dispositions', id],
      sources,
    })),
  ];
  return rules.flatMap(({ file, path, sources }) => [
    ...unless(sources.length > 0, () => failure(18, file, path, 'Every rule names at least one source.')),
    ...sources.flatMap((id) =>
      unless(Object.hasOwn(content.sources, id), () =>
        failure(18, file, path, `There is no source "${id}".`),
      ),
    ),
  ]);
}

/** Everything in people's own words that rests on a source, and where it stands. */
export function wordsRules({ words }: ParsedContent): { file: string; path: string[]; sources: string[] }[] {
  if (!words) return [];
  const { contacts, help, dangers } = words.ownWords;
  const cited = Object.entries({ contacts, help, dangers }).flatMap(([part, rules]) =>
    Object.entries<{ sources: string[] }>(rules).map(([id, { sources }]) => ({
      file: 'own-words.yaml',
      path: [part, id],
      sources,
    })),
  );
  return [...cited, { file: 'languages.yaml', path: ['sources'], sources: words.languages.sources }];
}

const MONTHS = 12;

/** Rule 18, the part that depends on the day: a source that nobody has opened within a year is a warning. */
export function sourceAgeRules({ sources }: ParsedContent, today: Date): Finding[] {
  const oldest = new Date(today);
  oldest.setUTCMonth(oldest.getUTCMonth() - MONTHS);
  return Object.entries(sources).flatMap(([id, { accessed }]) => [
    ...unless(accessed !== null, () =>
      warning(
        18,
        'sources.yaml',
        [id],
        'Nobody has opened this page and compared it with the rules that cite it.',
      ),
    ),
    ...unless(accessed === null || new Date(accessed) >= oldest, () =>
      warning(
        18,
        'sources.yaml',
        [id, 'accessed'],
        `This page was last opened more than ${MONTHS} months ago.`,
      ),
    ),
    ...unless(accessed === null || new Date(accessed) <= today, () =>
      failure(18, 'sources.yaml', [id, 'accessed'], 'This day is in the future.'),
    ),
  ]);
}
