import { z } from 'zod';
import type { Relationship } from './vocabulary';

/** BCP 47, for example en-GB. */
export const Locale = z.string().regex(/^[a-z]{2,3}(-[A-Z]{2})?$/, 'A locale is written as in en-GB or cy.');

/** The language in which content is written first; it always exists. */
export const FIRST_LOCALE = 'en-GB';

const PLACEHOLDER = '{person}';

const PERSON = { CHILD: 'your child', OTHER: 'the person' } as const;

/** Text that is the same for everybody. A placeholder here would be shown unchanged, so none is allowed. */
const Plain = z
  .string()
  .min(1)
  .refine((text) => !text.includes('{'), 'Only the "other" wording may have a placeholder.');

const ForOthers = z
  .string()
  .min(1)
  .refine(
    (text) => !text.replaceAll(PLACEHOLDER, '').includes('{'),
    `The one placeholder is ${PLACEHOLDER}.`,
  );

/** One text for everybody, or two: for the person with the symptoms, and for a person who answers for them. */
export const Spoken = z.union([Plain, z.strictObject({ self: Plain, other: ForOthers })]);
export type Spoken = z.infer<typeof Spoken>;

/** Text that is shown: in the first locale alone, or by locale. */
export const Wording = z.union([Spoken, z.record(Locale, Spoken)]);
export type Wording = z.infer<typeof Wording>;

/** Reader of a text: their relation to the person with the symptoms, and their language. */
export interface Reader {
  relationship: Relationship;
  locale: string;
}

/** Reader of texts for nobody in particular, such as a list of dispositions. */
export const ANY_READER: Reader = { relationship: 'SELF', locale: FIRST_LOCALE };

/** The wording for this reader: `{person}` becomes "your child" or "the person". */
export function say(wording: Wording, { relationship, locale }: Reader): string {
  const spoken = spokenIn(wording, locale);
  if (typeof spoken === 'string') return spoken;
  if (relationship === 'SELF') return spoken.self;
  return spoken.other.replaceAll(PLACEHOLDER, PERSON[relationship]);
}

/** Every locale that a text is written in, with the text. */
export function byLocale(wording: Wording): Record<string, Spoken> {
  return isSpoken(wording) ? { [FIRST_LOCALE]: wording } : wording;
}

/** The checker sees to it that every text exists in every locale that the content is offered in. */
function spokenIn(wording: Wording, locale: string): Spoken {
  if (isSpoken(wording)) return wording;
  const spoken = wording[locale] ?? wording[FIRST_LOCALE];
  if (spoken === undefined) throw new Error(`Content that was checked has a text without ${FIRST_LOCALE}.`);
  return spoken;
}

function isSpoken(wording: Wording): wording is Spoken {
  return typeof wording === 'string' || ('self' in wording && 'other' in wording);
}
