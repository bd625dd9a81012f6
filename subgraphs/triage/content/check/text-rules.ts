import type { QuestionsFile } from '../content-files';
import type { ParsedContent } from '../parse-content';
import { byLocale, FIRST_LOCALE, type Spoken } from '../wording';
import { failure, unless, warning, type Finding } from './finding';
import { wordsRules } from './source-rules';
import { allExits } from './written-exits';
import { allTexts, type WrittenText } from './written-texts';

/** Rules 15 (every text in every locale and person, none unused) and 19 (readability). */
export function textRules(content: ParsedContent): Finding[] {
  return [
    ...unless(content.texts.locales.includes(FIRST_LOCALE), () =>
      failure(15, 'texts.yaml', ['locales'], `The first locale, ${FIRST_LOCALE}, is always among them.`),
    ),
    ...[...allTexts(content)].flatMap((text) => [
      ...locales(text, content.texts.locales),
      ...persons(text),
      ...readability(text),
    ]),
    ...bandsThatDecideHaveText(content),
    ...unusedAdvice(content),
    ...unusedSources(content),
  ];
}

function locales({ file, path, wording }: WrittenText, wanted: readonly string[]): Finding[] {
  const there = Object.keys(byLocale(wording));
  return [
    ...wanted
      .filter((locale) => !there.includes(locale))
      .map((locale) => failure(15, file, path, `This text is missing in ${locale}.`)),
    ...there
      .filter((locale) => !wanted.includes(locale))
      .map((locale) => failure(15, file, path, `texts.yaml does not list the locale ${locale}.`)),
  ];
}

/** English that speaks to its reader; in other languages a translator has to know. */
const SPEAKS_TO_READER = /\b(you|your|yourself|my|myself)\b/i;

function persons({ file, path, wording }: WrittenText): Finding[] {
  const english = byLocale(wording)[FIRST_LOCALE];
  return unless(typeof english !== 'string' || !SPEAKS_TO_READER.test(english), () =>
    failure(
      15,
      file,
      path,
      'This speaks to its reader ("you", "your"): write it for "self" and for "other".',
    ),
  );
}

/** Years of schooling; NHS content aims at a reading age of 9 to 11, so at 4 to 6 years. */
const HARDEST_GRADE = 9;
/** Below that a grade says nothing: "Yes", or a list of three signs. */
const FEWEST_WORDS = 12;

function readability({ file, path, wording }: WrittenText): Finding[] {
  const english = byLocale(wording)[FIRST_LOCALE];
  const hardest = Math.max(...personsOf(english).map(readingGrade));
  return unless(hardest <= HARDEST_GRADE, () =>
    warning(
      19,
      file,
      path,
      `Hard to read: school grade ${Math.round(hardest)} by the automated readability index, wanted at most ${HARDEST_GRADE}. Shorter words and sentences help.`,
    ),
  );
}

function personsOf(spoken: Spoken | undefined): string[] {
  if (spoken === undefined) return [];
  return typeof spoken === 'string' ? [spoken] : [spoken.self, spoken.other];
}

/** Automated readability index (Senter and Smith, 1967): letters per word and words per sentence. */
export function readingGrade(text: string): number {
  const words = text.match(/[\p{L}\p{N}']+/gu) ?? [];
  if (words.length < FEWEST_WORDS) return 0;
  const letters = words.join('').length;
  const sentences = text.split(/[.!?:;]+(?:\s|$)/).filter((part) => part.trim() !== '').length;
  return 4.71 * (letters / words.length) + 0.5 * (words.length / sentences) - 21.43;
}

/** Part of 15 without which content cannot be linked. */
export function optionTextRules({ pathways, emergency, texts }: ParsedContent): Finding[] {
  const files: [string, QuestionsFile][] = [
    ...[...pathways].map(([file, { questions }]): [string, QuestionsFile] => [file, questions]),
    ['emergency-screen.yaml', emergency.questions],
  ];
  return files.flatMap(([file, questions]) =>
    Object.entries(questions).flatMap(([key, node]) =>
      node.kind === 'byAge'
        ? []
        : node.options.flatMap(({ id, text }, index) =>
            unless(text !== undefined || Object.hasOwn(texts.answers, id), () =>
              failure(15, file, ['questions', key, 'options', index], `The option "${id}" has no text.`),
            ),
          ),
    ),
  );
}

function bandsThatDecideHaveText({ pathways }: ParsedContent): Finding[] {
  return [...pathways].flatMap(([file, { questions }]) =>
    Object.entries(questions).flatMap(([key, node]) =>
      node.kind !== 'byAge'
        ? []
        : node.bands.flatMap(({ text, outcome, atLeast }, index) =>
            unless(text !== undefined || (outcome === undefined && atLeast === undefined), () =>
              failure(
                15,
                file,
                ['questions', key, 'bands', index],
                'This band decides: its text is given to the person as the reason.',
              ),
            ),
          ),
    ),
  );
}

function unusedAdvice({ texts, dispositions, pathways }: ParsedContent): Finding[] {
  const used = [
    ...Object.values(dispositions.dispositions),
    ...[...pathways.values()].flatMap(({ outcomes }) => Object.values(outcomes)),
  ].flatMap(({ careAdvice, worseningAdvice }) => [...careAdvice, ...worseningAdvice]);
  return Object.keys(texts.advice)
    .filter((id) => !used.includes(id))
    .map((id) => failure(15, 'texts.yaml', ['advice', id], 'No outcome gives this advice.'));
}

function unusedSources(content: ParsedContent): Finding[] {
  const named = new Set([
    ...[...allExits(content), ...wordsRules(content)].flatMap(({ sources }) => sources),
    ...Object.values(content.dispositions.dispositions).flatMap(({ sources }) => sources),
  ]);
  return Object.keys(content.sources)
    .filter((id) => !named.has(id))
    .map((id) => failure(15, 'sources.yaml', [id], 'No rule names this source.'));
}
