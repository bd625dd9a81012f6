import { CASE_STUDY, caseStudyUntil } from '../../../tests/triage-case-study';
import { loadContent } from '../content/load-content';
import { answerSets, choices } from './answer-sets';
import { evaluate, type QuestionAnswer } from './evaluate';
import type { PatientProfile } from './suitability';

const content = loadContent();
const childRash = content.pathways.get('child-rash')!;
const childFever = content.pathways.get('child-fever')!;
const headache = content.pathways.get('headache-adult')!;
const son: PatientProfile = { ageInDays: 2191, sex: 'MALE' };

describe('the case study', () => {
  it('ends in a GP within 6 hours', () => {
    expect(outcomeId(CASE_STUDY)).toBe('gp-6h');
  });

  it('ends in 999 when the glass test is not sure', () => {
    expect(outcomeId(caseStudyUntil('child-rash.red-flags', ['unsure']))).toBe('ambulance-sepsis');
  });

  it('ends in a GP within 24 hours when the child is well otherwise', () => {
    expect(outcomeId(caseStudyUntil('child-rash.compared-with-normal', ['well']))).toBe('gp-24h');
  });

  it('ends in 111 for a child of 4, whatever is not ticked', () => {
    const underFive = content.pathways.get('child-rash-under-5')!;
    const none = ['emergency.screen', 'child-rash-under-5.red-flags'].map(answer('none'));
    expect(evaluate(underFive, { ageInDays: 1500, sex: 'MALE' }, none)).toMatchObject({
      disposition: { id: 'call-111' },
    });
  });
});

describe('"two of three signs"', () => {
  const uti = content.pathways.get('uti-female-16-plus')!;
  const cough = content.pathways.get('cough')!;
  const without = ['pregnant', 'blood', 'discharge'].map((id) => answer('no')(`${uti.id}.${id}`));
  const screened = ['emergency.screen', `${uti.id}.red-flags`, `${uti.id}.risk`].map(answer('none'));
  const woman: PatientProfile = { ageInDays: 11_000, sex: 'FEMALE' };
  const signs = (...optionIds: string[]) =>
    evaluate(uti, woman, [...screened, ...without, { questionId: `${uti.id}.key-signs`, optionIds }]);

  it.each([
    [['burning'], 'gp-24h', ['burning'], 0],
    [['burning', 'cloudy'], 'pharmacy-24h', ['burning', 'cloudy'], 1],
    [['burning', 'night', 'cloudy'], 'pharmacy-24h', ['burning', 'night', 'cloudy'], 1],
    [['burning', 'cloudy', 'unsure'], 'gp-24h', ['unsure'], 1],
    [['none'], 'self-care', ['none'], 0],
  ])('%j ends in %s', (ticks, disposition, decisive, counted) => {
    const evaluation = signs(...ticks);
    expect(evaluation).toMatchObject({ disposition: { id: disposition } });
    const step = evaluation.trace.at(-1)!;
    expect(step.decisive.map(({ id }) => id)).toEqual(decisive);
    expect(step.kind === 'age' ? [] : step.counted).toHaveLength(counted);
  });

  it('gives way to a sign that is more urgent by itself, and makes two urgent ones an emergency', () => {
    const urgent = (...optionIds: string[]) =>
      evaluate(cough, son, [
        ...['emergency.screen', 'cough.red-flags'].map(answer('none')),
        { questionId: 'cough.urgent-signs', optionIds },
      ]);
    expect(urgent('chest-pain')).toMatchObject({ disposition: { id: 'gp-2h' } });
    expect(urgent('chest-pain', 'whoop')).toMatchObject({ disposition: { id: 'gp-2h' } });
    expect(urgent('chest-pain', 'more-breathless')).toMatchObject({ disposition: { id: 'ed-1h' } });
  });
});

describe('"at least as urgent as"', () => {
  const notSure = CASE_STUDY.map((given) =>
    given.questionId === 'child-rash.scarlet-fever' ? { ...given, optionIds: ['unsure'] } : given,
  );

  it('decides where what follows is less urgent, and is the reason then', () => {
    const well = [...notSure, { questionId: 'child-rash.compared-with-normal', optionIds: ['well'] }];
    expect(evaluate(childRash, son, well)).toMatchObject({
      disposition: { id: 'gp-12h' },
      decided: { node: { id: 'child-rash.scarlet-fever' }, decisive: [{ id: 'unsure' }] },
    });
  });

  it('gives way to what is more urgent', () => {
    expect(evaluate(childRash, son, notSure)).toMatchObject({
      disposition: { id: 'gp-6h' },
      decided: { node: { id: 'child-rash.compared-with-normal' } },
    });
  });

  it('holds for an age as it does for an answer', () => {
    const nothing = [
      ...['emergency.screen', 'child-fever.red-flags', 'child-fever.amber'].map(answer('none')),
      ...['child-fever.rash', 'child-fever.temperature', 'child-fever.long-fever', 'child-fever.worried'].map(
        answer('no'),
      ),
    ];
    const at = (ageInDays: number) => evaluate(childFever, { ageInDays, sex: 'FEMALE' }, nothing);
    expect(at(91)).toMatchObject({ disposition: { id: 'ed-1h' } });
    expect(at(92)).toMatchObject({ disposition: { id: 'gp-12h' }, decided: { kind: 'age' } });
    expect(at(184)).toMatchObject({ disposition: { id: 'gp-24h' }, decided: { kind: 'age' } });
    expect(at(1827)).toMatchObject({ disposition: { id: 'self-care' } });
  });
});

describe('what is known', () => {
  it('is not asked of somebody of whom it is known', () => {
    const screened = ['emergency.screen', 'headache-adult.red-flags'].map(answer('none'));
    const next = (sex: PatientProfile['sex']) => evaluate(headache, { ageInDays: 14_000, sex }, screened);
    expect(next('MALE')).toMatchObject({ question: { id: 'headache-adult.severe-with' } });
    for (const sex of ['FEMALE', 'UNSPECIFIED'] as const)
      expect(next(sex)).toMatchObject({ question: { id: 'headache-adult.pregnant' } });
  });

  it('leads on to the first question of another pathway', () => {
    const rash = [
      ...['emergency.screen', 'child-fever.red-flags'].map(answer('none')),
      answer('yes')('child-fever.rash'),
    ];
    expect(evaluate(childFever, { ageInDays: 3000, sex: 'MALE' }, rash)).toMatchObject({
      question: { id: 'child-rash.red-flags' },
    });
  });

  it('is taken along to another pathway, and shows in the trace', () => {
    const withRash = [
      answer('none')('emergency.screen'),
      answer('none')('child-fever.red-flags'),
      answer('yes')('child-fever.rash'),
      answer('none')('child-rash.red-flags'),
      answer('none')('child-rash.urgent-signs'),
    ];
    const evaluation = evaluate(childFever, { ageInDays: 3000, sex: 'MALE' }, withRash);
    expect(evaluation).toMatchObject({ question: { id: 'child-rash.long-fever' } });
    expect(evaluation.trace.at(-1)).toMatchObject({ kind: 'known', chosen: [{ id: 'yes' }] });
  });

  it('outranks an answer that was given all the same', () => {
    const stray = { questionId: 'child-rash.fever', optionIds: ['no'] };
    const withRash = [
      ...['emergency.screen', 'child-fever.red-flags', 'child-rash.red-flags', 'child-rash.urgent-signs'].map(
        answer('none'),
      ),
      answer('yes')('child-fever.rash'),
      stray,
    ];
    expect(evaluate(childFever, { ageInDays: 3000, sex: 'MALE' }, withRash)).toMatchObject({
      question: { id: 'child-rash.long-fever' },
    });
  });
});

describe.each([...content.pathways.values()])('pathway $id', (pathway) => {
  it('asks for emergencies before anything else', () => {
    const [subject] = [{ ageInDays: pathway.population.ageInDays.from, sex: 'FEMALE' } as const];
    expect(evaluate(pathway, subject, [])).toMatchObject({
      kind: 'question',
      question: { id: 'emergency.screen' },
      trace: [],
    });
  });

  it('gives a reason with a source for every outcome', () => {
    const subject = { ageInDays: pathway.population.ageInDays.from, sex: 'FEMALE' } as const;
    for (const answers of answerSets(pathway, subject)) {
      const evaluation = evaluate(pathway, subject, answers);
      if (evaluation.kind === 'question') throw new Error('These answers are not complete.');
      expect(evaluation.decided.decisive.length).toBeGreaterThan(0);
      for (const { sources } of evaluation.decided.decisive) expect(sources.length).toBeGreaterThan(0);
    }
  });
});

it('takes the most urgent tick, and records all of them', () => {
  const ticks = ['weak-immune-system', 'spreading-or-very-painful', 'hardly-drinking'];
  expect(evaluate(childRash, son, caseStudyUntil('child-rash.urgent-signs', ticks))).toMatchObject({
    disposition: { id: 'ed-1h' },
    decided: {
      decisive: [{ id: 'spreading-or-very-painful' }],
      chosen: [{ id: 'spreading-or-very-painful' }, { id: 'hardly-drinking' }, { id: 'weak-immune-system' }],
    },
  });
});

it('ignores answers to questions that are not asked', () => {
  const stray = { questionId: 'child-rash.duration', optionIds: ['short'] };
  expect(evaluate(childRash, son, [...CASE_STUDY, stray])).toEqual(evaluate(childRash, son, CASE_STUDY));
});

it('lists each way to answer a tick-any question once', () => {
  const ticks = childRash.start.options.filter(({ alone }) => !alone).length;
  const listed = choices(childRash.start).map((chosen) => chosen.map(({ id }) => id).join());
  expect(new Set(listed).size).toBe(listed.length);
  expect(listed).toHaveLength(2 ** ticks - 1 + 1);
});

function answer(optionId: string): (questionId: string) => QuestionAnswer {
  return (questionId) => ({ questionId, optionIds: [optionId] });
}

function outcomeId(answers: readonly QuestionAnswer[]): string | undefined {
  const evaluation = evaluate(childRash, son, answers);
  return evaluation.kind === 'outcome' ? evaluation.disposition.id : undefined;
}
