import { loadContent } from '../content/load-content';
import { answerSets, subjectsOf } from '../engine/answer-sets';
import { evaluate, type Evaluation } from '../engine/evaluate';
import { isSwitchedOff } from './is-switched-off';

/** Holds the kill switch against every way to answer: how a pathway is reached makes no difference. */

const { pathways } = loadContent();

const reachable = [...pathways.values()].flatMap((pathway) => {
  const evaluations = subjectsOf(pathway).flatMap((subject) =>
    [...answerSets(pathway, subject)].flatMap((answers) =>
      [...answers, null].map((_, count) => evaluate(pathway, subject, answers.slice(0, count))),
    ),
  );
  return evaluations.map((evaluation) => ({ pathway, evaluation }));
});

describe.each([...pathways.keys()])('with %s switched off', (off) => {
  const switchedOff = { has: (id: string) => id === off };

  it('no other pathway shows a question or an outcome of it, for any answers of anybody', () => {
    const shown = reachable.filter(
      ({ pathway, evaluation }) =>
        !isSwitchedOff(pathway, evaluation, switchedOff) && idsSeen(evaluation).some((id) => isOf(off, id)),
    );
    expect(shown.map(({ evaluation }) => idsSeen(evaluation))).toEqual([]);
  });

  it('goes on with whatever does not lead there', () => {
    const stopped = reachable.filter(
      ({ pathway, evaluation }) =>
        pathway.id !== off &&
        isSwitchedOff(pathway, evaluation, switchedOff) &&
        !idsSeen(evaluation).some((id) => isOf(off, id)),
    );
    expect(stopped.map(({ evaluation }) => idsSeen(evaluation))).toEqual([]);
  });
});

it('is held against content in which pathways lead on to others', () => {
  const led = reachable.filter(({ pathway, evaluation }) =>
    idsSeen(evaluation).some((id) => !isOf(pathway.id, id) && !isOf('emergency', id)),
  );
  expect(led.length).toBeGreaterThan(100);
});

/** Ids begin with the pathway in whose file they are written. */
function isOf(pathwayId: string, id: string): boolean {
  return id.startsWith(`${pathwayId}.`);
}

function idsSeen(evaluation: Evaluation): string[] {
  const ids = evaluation.trace.map(({ node }) => node.id);
  return evaluation.kind === 'question' ? [...ids, evaluation.question.id] : ids;
}
