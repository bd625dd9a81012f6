import { isEmergency } from '../../engine/is-emergency';
import type { ParsedContent } from '../parse-content';
import type { CareLevel } from '../vocabulary';
import { byLocale, type Wording } from '../wording';
import { failure, unless, type Finding } from './finding';

/** No slot is ever offered for these, whatever the catalogue contains. */
const NEVER_BOOKABLE: readonly CareLevel[] = ['AMBULANCE', 'EMERGENCY_DEPARTMENT', 'URGENT_CALLBACK'];

/** "in 48 hours", "after 3 days", "within 2 weeks". */
const NUMBERED_TIME = /\b\d+\s+(hours?|days?|weeks?|months?)\b/;

/** Rules 16 (advice) and 17 (what can be booked) of the disposition catalogue. */
export function catalogueRules({ dispositions: { dispositions }, texts }: ParsedContent): Finding[] {
  const lastEmergency = Math.max(
    ...Object.values(dispositions)
      .filter(isEmergency)
      .map(({ urgencyRank }) => urgencyRank),
  );
  return Object.entries(dispositions).flatMap(([id, disposition]) => {
    const at = ['dispositions', id];
    const { careLevel, urgencyRank, modes, worseningAdvice } = disposition;
    const bookable = disposition.bookable !== 'NONE';
    return [
      ...unless(!bookable || !NEVER_BOOKABLE.includes(careLevel), () =>
        wrong(17, [...at, 'bookable'], 'An emergency or callback outcome is never bookable.'),
      ),
      ...unless(!bookable || urgencyRank > lastEmergency, () =>
        wrong(17, [...at, 'urgencyRank'], 'What can be booked is less urgent than an emergency department.'),
      ),
      ...unless(bookable === modes.length > 0, () =>
        wrong(17, [...at, 'modes'], 'Modes are for bookable outcomes, which need at least one.'),
      ),
      ...unless(worseningAdvice.length > 0, () =>
        wrong(16, at, 'Every outcome says what to watch for: worseningAdvice is empty.'),
      ),
      ...unless(
        careLevel !== 'SELF_CARE' || worseningAdvice.some((advice) => namesATime(texts.advice[advice])),
        () => wrong(16, at, 'Care at home says when to come back, with a number: "in 48 hours".'),
      ),
    ];
  });
}

/**
 * Rule 21: an outcome or a symptom check reads the same to everybody. Front ends keep it under its id, so that words for one
 * reader would be shown to another.
 */
export function identityRules({ dispositions: { dispositions }, pathways }: ParsedContent): Finding[] {
  return [
    ...Object.entries(dispositions).flatMap(([id, { title }]) =>
      sameForEverybody('dispositions.yaml', ['dispositions', id, 'title'], title),
    ),
    ...[...pathways].flatMap(([file, { title, summary }]) => [
      ...sameForEverybody(file, ['title'], title),
      ...sameForEverybody(file, ['summary'], summary),
    ]),
  ];
}

function sameForEverybody(file: string, path: string[], wording: Wording): Finding[] {
  const isSame = Object.values(byLocale(wording)).every((spoken) => typeof spoken === 'string');
  return unless(isSame, () =>
    failure(21, file, path, 'Front ends keep this by its id: word it once, for every reader.'),
  );
}

function wrong(rule: number, path: string[], message: string): Finding {
  return failure(rule, 'dispositions.yaml', path, message);
}

function namesATime(wording: Wording | undefined): boolean {
  if (wording === undefined) return false;
  return Object.values(byLocale(wording)).every((spoken) =>
    NUMBERED_TIME.test(typeof spoken === 'string' ? spoken : spoken.other),
  );
}
