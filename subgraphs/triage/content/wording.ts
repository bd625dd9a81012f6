import { z } from 'zod';
import type { Relationship } from './vocabulary';

const PLACEHOLDER = '{person}';

const PERSON = { CHILD: 'your child', OTHER: 'the person' } as const;

/** Text that is the same for everybody. A placeholder here would be shown as it stands, so none is let through. */
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

/** What is shown: the same to everybody, or in two persons, to the one with the symptoms and to who asks for them. */
export const Wording = z.union([Plain, z.strictObject({ self: Plain, other: ForOthers })]);
export type Wording = z.infer<typeof Wording>;

/** The wording in the words for this reader: `{person}` becomes "your child" or "the person". */
export function say(wording: Wording, relationship: Relationship): string {
  if (typeof wording === 'string') return wording;
  if (relationship === 'SELF') return wording.self;
  return wording.other.replaceAll(PLACEHOLDER, PERSON[relationship]);
}
