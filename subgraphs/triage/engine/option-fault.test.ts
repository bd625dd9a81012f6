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
  ['no option', redFlags, [], /Choose an option/],
  ['an option of another question', fever, ['stiff-neck'], /no such option/],
  ['two options where one is asked for', fever, ['yes', 'no'], /one option only/],
  ['"none" together with a tick', redFlags, ['none', 'stiff-neck'], /goes with nothing else/],
  ['"none" together with "not sure"', redFlags, ['unsure', 'none'], /goes with nothing else/],
  ['the same option twice', redFlags, ['stiff-neck', 'stiff-neck'], /twice/],
  ['ten thousand options', redFlags, Array.from({ length: 10_000 }, (__, n) => `${n}`), /more options than/],
])('refuses %s', (_, question, optionIds, message) => {
  expect(optionFault(question, optionIds)).toMatch(message);
});
