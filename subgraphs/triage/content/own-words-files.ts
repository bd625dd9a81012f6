import { z } from 'zod';
import { Id, Population, Status, text, Version } from './file-parts';
import { Wording } from './wording';

/** Shape of the two files by which people's own words are understood: `own-words.yaml` and `languages.yaml`. */

/** Kinds of help for people in danger. */
export const HelpKind = z.enum(['CALL_999', 'GO_TO_AE', 'MENTAL_HEALTH_CRISIS', 'MATERNITY']);
export type HelpKind = z.infer<typeof HelpKind>;

const Sources = z.array(Id);
const Terms = z.array(text).min(1);

const ContactFile = z.strictObject({
  name: Wording,
  /** Dialled as it stands; the front end makes a link of it. */
  phone: text.optional(),
  url: z.url({ protocol: /^https$/ }).optional(),
  use: Wording,
  sources: Sources,
});

export const OwnWordsFile = z.strictObject({
  version: Version,
  status: Status,
  texts: z.strictObject({
    foundAdvice: Wording,
    partlyCovered: Wording,
    unclear: Wording,
    outside: Wording,
    notForThisPerson: Wording,
    otherLanguage: Wording,
    dangerInOtherLanguage: Wording,
    callNow: Wording,
    interpreter: Wording,
  }),
  contacts: z.record(Id, ContactFile),
  /** Contacts of everybody who is told to call 111. */
  contactsOf111: z.array(Id).min(1),
  /** Most urgent first. */
  help: z.record(
    Id,
    z.strictObject({
      kind: HelpKind,
      title: Wording,
      advice: z.array(Wording).min(1),
      contacts: z.array(Id).min(1),
      sources: Sources,
    }),
  ),
  groups: z.record(z.string().regex(/^[A-Z]+$/, 'A group is named in capitals.'), Terms),
  negations: Terms,
  denials: Terms,
  clauseStarts: Terms,
  fillers: Terms,
  setPhrases: Terms,
  ordinaryWords: Terms,
  dangers: z.record(
    Id,
    z.strictObject({
      help: Id,
      about: Wording,
      sources: Sources,
      /** The words are dangerous in these people only; nobody knows that of somebody who is not known. */
      onlyFor: Population.optional(),
      words: Terms,
      /** Terms that say that something else is meant. */
      notWith: Terms.optional(),
    }),
  ),
  /** Words for the complaints of the pathways, beside their entry terms. */
  complaints: z.record(Id, z.strictObject({ words: Terms })),
  outside: z.record(Id, z.strictObject({ words: Terms })),
});
export type OwnWordsFile = z.infer<typeof OwnWordsFile>;

export const LanguagesFile = z.strictObject({
  version: Version,
  status: Status,
  sources: Sources.min(1),
  languages: z.record(
    z.string().regex(/^[a-z]{2,3}$/),
    z.strictObject({
      name: text,
      /** Unicode script of its own, or shared with others and told apart by `letters`. */
      script: text.optional(),
      letters: text.optional(),
      call999: text,
      call111: text,
      words: z.array(text),
      dangers: Terms,
    }),
  ),
  /** Languages that their script alone tells, by script. */
  scripts: z.record(text, text),
});
export type LanguagesFile = z.infer<typeof LanguagesFile>;
