import { loadContent } from '../content/load-content';
import { optionFault } from './option-fault';

const { questions } = loadContent().pathways.get('child-rash')!;
const redFlags = questions.get('child-rash.red-flags')!;
const fever = questions.get('child-rash.fever')!;

it.each([
  ['one option', fever, ['yes']],
  ['several ticks', redFlags, ['stiff-neck', 'hard-to-wake']],
  ['a tick and "not sure"', redFlags, ['stiff-neck', 'unsure']],
  ['"none" alone', redFlags, ['none']],
])('takes %s', (_, question, optionIds) => {
  expect(optionFault(question, optionIds)).toBeUndefined();
});

it.each([
  ['no option', redFlags, [], 'NO_OPTION_CHOSEN'],
  ['an option of another question', fever, ['stiff-neck'], 'UNKNOWN_OPTION'],
  ['two options where one is asked for', fever, ['yes', 'no'], 'ONE_OPTION_ONLY'],
  ['"none" together with a tick', redFlags, ['none', 'stiff-neck'], 'OPTION_STANDS_ALONE'],
  ['"none" together with "not sure"', redFlags, ['unsure', 'none'], 'OPTION_STANDS_ALONE'],
  ['the same option twice', redFlags, ['stiff-neck', 'stiff-neck'], 'REPEATED'],
  ['ten thousand options', redFlags, Array.from({ length: 10_000 }, (__, n) => `${n}`), 'TOO_MANY'],
])('refuses %s', (_, question, optionIds, code) => {
  expect(optionFault(question, optionIds)).toMatchObject({ code });
});
