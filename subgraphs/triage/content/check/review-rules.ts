import type { ParsedContent } from '../parse-content';
import { failure, unless, type Finding } from './finding';
import { knownReviewers, REVIEWERS_FILE } from './reviewers';
import { spokenFile } from './words';

/**
 * Rule 22: who is said to have reviewed a pathway, or to have signed a warning, is somebody in `reviewers.yaml`; a demonstration
 * claims nobody's review.
 */
export function reviewRules(
  { pathways, waivers }: ParsedContent,
  files: ReadonlyMap<string, string>,
): Finding[] {
  const known = knownReviewers(
    new Map([[REVIEWERS_FILE, spokenFile(files.get(REVIEWERS_FILE) ?? '').words]]),
  );
  const isKnown = (name: string | null): boolean => name !== null && known.includes(name);
  return [
    ...unless(known.length >= 2, () =>
      failure(22, REVIEWERS_FILE, [], 'Two people with a name and a role are needed who may accept changes.'),
    ),
    ...[...pathways].flatMap(([file, { status, reviewedBy }]) => [
      ...unless(status !== 'demo' || reviewedBy === null, () =>
        failure(
          22,
          file,
          ['reviewedBy'],
          'A demonstration was reviewed by nobody: write null, or change its status.',
        ),
      ),
      ...unless(status === 'demo' || isKnown(reviewedBy), () =>
        failure(
          22,
          file,
          ['reviewedBy'],
          `What is ${status} was reviewed by somebody: name them as in ${REVIEWERS_FILE}.`,
        ),
      ),
    ]),
    ...waivers.flatMap(({ signedBy }, index) =>
      unless(isKnown(signedBy), () =>
        failure(22, 'waivers.yaml', [index, 'signedBy'], `"${signedBy}" is nobody in ${REVIEWERS_FILE}.`),
      ),
    ),
  ];
}
