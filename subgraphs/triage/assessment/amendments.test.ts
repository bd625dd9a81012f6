import { readContentFiles } from '../content/content-files';
import { contentFrom, CONTENT_FOLDER, loadContent } from '../content/load-content';
import { evaluate } from '../engine/evaluate';
import { amendedBy, emergenciesFirst, MAX_AMENDED } from './amendments';
import type { AmendedAnswer } from './assessment-store';

const content = loadContent();
const AT = new Date('2026-03-02T14:00:00Z');

function amended(index: number, decided: string | null): AmendedAnswer {
  return {
    questionId: `q${index}`,
    optionIds: ['none'],
    answeredAt: AT,
    amendedAt: AT,
    revision: index,
    change: 'CHANGED',
    decided,
    confirmed: false,
  };
}

it('keeps a bounded history, of which emergencies go last', () => {
  const emergency = amended(0, 'ambulance');
  const full = [
    emergency,
    ...Array.from({ length: MAX_AMENDED - 1 }, (_, index) => amended(index + 1, null)),
  ];
  const pathway = content.pathways.get('child-rash')!;
  const answer = { questionId: 'emergency.screen', optionIds: ['none'], answeredAt: AT };
  const record = { revision: 200, answers: [answer], amendedAnswers: full };
  const before = evaluate(pathway, { ageInDays: 2191, sex: 'MALE' }, [answer]);
  const changed = { record, before, answers: [], dropped: [answer], at: AT, takesBack: false };
  const history = amendedBy(changed, content);
  expect(history).toHaveLength(MAX_AMENDED);
  expect(history[0]).toEqual(emergency);
  expect(history.map(({ questionId }) => questionId)).not.toContain('q1');
  expect(history.at(-1)).toMatchObject({ questionId: 'emergency.screen', change: 'DROPPED', revision: 201 });
});

it('puts emergencies first, each kind in its order', () => {
  const all = [amended(1, null), amended(2, 'ed-1h'), amended(3, 'gp-6h'), amended(4, 'ambulance')];
  expect(emergenciesFirst(all, content).map(({ questionId }) => questionId)).toEqual([
    'q2',
    'q4',
    'q1',
    'q3',
  ]);
});

it('keeps an emergency that an age decided beside the answer that takes it back', () => {
  const files = readContentFiles(CONTENT_FOLDER);
  const file = 'pathways/child-fever.yaml';
  const edited = files.get(file)!.replace('none: { to: age }', 'none: { to: rash }');
  const pathway = contentFrom(files.set(file, edited)).pathways.get('child-fever')!;
  const given = (questionId: string, optionId: string) => ({
    questionId,
    optionIds: [optionId],
    answeredAt: AT,
  });
  const screen = given('emergency.screen', 'none');
  const answers = [screen, given('child-fever.red-flags', 'weak-immune-system')];
  const before = evaluate(pathway, { ageInDays: 30, sex: 'MALE' }, answers);
  expect(before).toMatchObject({ kind: 'outcome', decided: { kind: 'age' }, disposition: { id: 'ed-1h' } });
  const change = { before, answers: [screen, given('child-fever.red-flags', 'none')], dropped: [], at: AT };
  const record = { revision: 3, answers, amendedAnswers: [] };
  expect(amendedBy({ record, ...change, takesBack: true }, content)).toMatchObject([
    { questionId: 'child-fever.red-flags', change: 'CHANGED', decided: 'ed-1h', confirmed: true },
  ]);
  // So urgent still: this change has taken nothing back.
  expect(amendedBy({ record, ...change, takesBack: false }, content)).toMatchObject([
    { decided: null, confirmed: false },
  ]);
});
