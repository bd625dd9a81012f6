import { loadContent } from '../content/load-content';
import { readCorpus, type Phrase } from '../content/check/own-words-corpus';
import { CONTENT_FOLDER } from '../content/load-content';
import { wordsJudge } from './judge-words';

const judge = wordsJudge(loadContent().words!);
const kind = (text: string) => judge(text, null).kind;
const dangers: Phrase[] = [...readCorpus(CONTENT_FOLDER).values()]
  .flat()
  .filter(({ wanted, person }) => wanted === 'help' && person === '-')
  .filter((_, index) => index % 3 === 0);
const missed = (change: (words: string) => string) =>
  dangers.map(({ words }) => change(words)).filter((words) => kind(words) !== 'danger');
const most = Math.floor(dangers.length / 100);

it.each<[string, (words: string) => string]>([
  ['in capitals', (words) => words.toUpperCase()],
  ['with a sentence before it', (words) => `hello, please help. ${words}`],
  ['of another person', (words) => `my mother: ${words}`],
  ['with a complaint before it', (words) => `sore throat. ${words}`],
  ['with a complaint after it', (words) => `${words}, and a cough`],
  ['with blanks and marks', (words) => ` ...${words.replaceAll(' ', '   ')}!!! `],
  [
    'in full-width letters',
    (words) =>
      words.replace(/[a-z]/g, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0)),
  ],
])('finds a danger %s', (_, change) => {
  expect(missed(change).slice(most)).toEqual([]);
});

it.each(['had ', 'not feel ', 'baby not ', 'pain of ', 'xyzzyq ', 'wee all ', '胸', '\u0301', 'a'])(
  'judges a text that repeats "%s"',
  (part) => {
    expect(kind(part.repeat(200).slice(0, 200))).toEqual(expect.any(String));
  },
);

it.each([
  ['no chest pain, just a cough', 'complaints'],
  ['cough but no blood', 'complaints'],
  ['sore throat, no trouble breathing', 'complaints'],
  ['no chest pain but it feels odd', 'danger'],
  ['no cough but chest pain', 'danger'],
  ['no chest pain earlier but now chest pain', 'danger'],
  ['not only a cough, chest pain too', 'danger'],
  ['no doubt chest pain', 'danger'],
  ['no chest pain relief', 'danger'],
  ['no trouble breathing until now', 'danger'],
  ['peeing blood and vomiting blood', 'danger'],
])('reads the denial of "%s" as %s', (text, expected) => {
  expect(kind(text)).toBe(expected);
});

it.each([
  ['fever', 42, 'danger'],
  ['fever', 2200, 'complaints'],
  ['cold', 42, 'danger'],
  ['cold', 20_000, 'outside'],
] as const)('judges "%s" of somebody of %i days as %s', (text, ageInDays, expected) => {
  expect(judge(text, { ageInDays, sex: 'FEMALE' }).kind).toBe(expected);
});
