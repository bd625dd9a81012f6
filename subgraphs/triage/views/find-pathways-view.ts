import { invalidInput, type InvalidInput } from '../../../platform/graphql/problem';
import { create } from '../../../platform/graphql/create';
import type { Content } from '../content/content';
import {
  wordsOf,
  type Call111Reason,
  type FindPathways,
  type LeftOut,
  type PathwaySearchAnswer,
} from '../content/find-pathways';
import { insteadOfTriage } from '../content/instead-of-triage';
import type { OwnWordsFile } from '../content/own-words-files';
import { FIRST_LOCALE, say, type Reader, type Wording } from '../content/wording';
import type { SwitchedOff } from '../switches/switches';
import {
  CallNhs111,
  HelpContact,
  PathwayLeftOut,
  PathwaysFound,
  SeekHelpNow,
  WrittenLanguage,
} from '../types/find-pathways';
import { dispositionView, pathwayView } from './catalogue-view';

/** Everything that a view of a search needs: content, its reader, and the pathways that are switched off. */
interface Context {
  content: Content;
  ownWords: OwnWordsFile;
  reader: Reader;
  off: Pick<SwitchedOff, 'has'>;
}

type Answer<K extends PathwaySearchAnswer['kind']> = Extract<PathwaySearchAnswer, { kind: K }>;

const MESSAGES: Record<Call111Reason, keyof OwnWordsFile['texts']> = {
  NOT_UNDERSTOOD: 'unclear',
  NO_CHECK_FOR_THIS: 'outside',
  NOT_FOR_THIS_PERSON: 'notForThisPerson',
  OTHER_LANGUAGE: 'otherLanguage',
};

export function findPathwaysView(
  content: Content,
  { relationship, ...answer }: ReturnType<FindPathways>,
  off: Pick<SwitchedOff, 'has'>,
): PathwaysFound | SeekHelpNow | CallNhs111 | InvalidInput {
  const { ownWords } = wordsOf(content);
  const context = { content, ownWords, reader: { relationship, locale: FIRST_LOCALE }, off };
  switch (answer.kind) {
    case 'invalid':
      return invalidInput(answer.faults);
    case 'danger':
      return seekHelpView(context, answer);
    case 'call111':
      return call111View(context, answer);
    case 'found':
      return foundView(context, answer);
  }
}

function foundView(context: Context, { pathways, leftOut, partly }: Answer<'found'>): PathwaysFound {
  const { content, ownWords, reader, off } = context;
  const { foundAdvice, partlyCovered } = ownWords.texts;
  const inUse = (id: string): number => (off.has(id) ? 1 : 0);
  return create(PathwaysFound, {
    pathways: [...pathways]
      .sort((one, other) => inUse(one.id) - inUse(other.id))
      .map((pathway) => pathwayView(content, pathway, off.has(pathway.id), reader)),
    leftOut: leftOut.map((each) => leftOutView(context, each)),
    advice: texts([foundAdvice], reader),
    partlyCovered: partly ? say(partlyCovered, reader) : null,
    ...contentFields(context),
  });
}

function seekHelpView(context: Context, { danger, language }: Answer<'danger'>): SeekHelpNow {
  const { ownWords, reader } = context;
  const found = danger === null ? undefined : ownWords.dangers[danger];
  const [mostUrgent] = Object.values(ownWords.help);
  const help = (found && ownWords.help[found.help]) ?? mostUrgent;
  if (!help) throw new Error('Content that was checked has no help for people in danger.');
  const foreign = language === null ? [] : [ownWords.texts.interpreter];
  return create(SeekHelpNow, {
    kind: help.kind,
    title: say(help.title, reader),
    message: say(found?.about ?? ownWords.texts.dangerInOtherLanguage, reader),
    advice: texts([...help.advice, ...foreign], reader),
    contacts: contactViews(context, help.contacts),
    language: languageView(context, language, 'call999'),
    ...contentFields(context),
  });
}

function call111View(context: Context, { reason, language, leftOut }: Answer<'call111'>): CallNhs111 {
  const { content, ownWords, reader } = context;
  const disposition = insteadOfTriage(content);
  return create(CallNhs111, {
    reason,
    title: say(disposition.title, reader),
    message: say(ownWords.texts[MESSAGES[reason]], reader),
    advice: texts([ownWords.texts.callNow, ownWords.texts.interpreter], reader),
    disposition: dispositionView(content, disposition, reader),
    leftOut: leftOut.map((each) => leftOutView(context, each)),
    contacts: contactViews(context, ownWords.contactsOf111),
    language: languageView(context, language, 'call111'),
    ...contentFields(context),
  });
}

function leftOutView({ content, reader, off }: Context, { pathway, exclusion }: LeftOut): PathwayLeftOut {
  return create(PathwayLeftOut, {
    pathway: pathwayView(content, pathway, off.has(pathway.id), reader),
    reason: say(exclusion.text, reader),
    disposition: dispositionView(content, exclusion.disposition, reader),
  });
}

function contactViews({ ownWords, reader }: Context, ids: readonly string[]): HelpContact[] {
  return ids.flatMap((id) => {
    const contact = ownWords.contacts[id];
    if (!contact) return [];
    const { name, phone = null, url = null, use } = contact;
    return [create(HelpContact, { id, name: say(name, reader), phone, url, use: say(use, reader) })];
  });
}

/** @param language an id of languages.yaml, a name that a script tells, or nothing but that it is not English. */
function languageView(
  { content }: Context,
  language: string | null,
  sentence: 'call999' | 'call111',
): WrittenLanguage | null {
  if (language === null) return null;
  const known = wordsOf(content).languages.languages[language];
  return create(WrittenLanguage, {
    name: known?.name ?? (language === '' ? null : language),
    callToAction: known?.[sentence] ?? null,
  });
}

function contentFields({ content, reader }: Context) {
  return {
    contentStatus: insteadOfTriage(content).status,
    contentBanner: content.banner && say(content.banner, reader),
  };
}

function texts(wordings: readonly Wording[], reader: Reader): string[] {
  return wordings.map((wording) => say(wording, reader));
}
