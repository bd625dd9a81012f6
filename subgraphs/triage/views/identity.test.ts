import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, isObjectType } from 'graphql';
import { loadContent } from '../content/load-content';
import type { Reader } from '../content/wording';
import { optionFault } from '../engine/option-fault';
import { dispositionView, pathwayView } from './catalogue-view';
import { questionView } from './question-view';

const content = loadContent();
const READERS: Reader[] = (['SELF', 'CHILD', 'OTHER'] as const).map((relationship) => ({
  relationship,
  locale: 'en-GB',
}));
const schema = buildSchema(readFileSync(join(__dirname, '..', '..', '..', 'schema', 'api.graphql'), 'utf8'));
const questions = [...content.pathways.values()].flatMap(({ questions: all }) => [...all.values()]);

it('calls id only what identifies: clients with a normalised cache keep an object by it', () => {
  const identified = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && 'id' in type.getFields())
    .map(({ name }) => name);
  // A type is added here once its words are the same for everybody who may see it, or it is one person's alone.
  expect(identified).toEqual([
    'Assessment',
    'BookClosure',
    'BookablePerson',
    'Booking',
    'Disposition',
    'FrontEndDeadLetter',
    'HelpContact',
    'Hold',
    'Pathway',
    'PracticeDeadLetter',
    'Slot',
    'Supplier',
  ]);
});

it.each([
  [
    'outcome',
    [...content.dispositions.values()].map(
      (each) => (reader: Reader) => dispositionView(content, each, reader),
    ),
  ],
  [
    'symptom check',
    [...content.pathways.values()].map(
      (each) => (reader: Reader) => pathwayView(content, each, true, reader),
    ),
  ],
])('words an %s once for every reader', (_, views) => {
  for (const view of views)
    expect(READERS.map((reader) => view(reader))).toEqual(READERS.map(() => view(READERS[0]!)));
});

it.each(questions.map((question) => [question.id, question] as const))(
  'marks the options of %s that the engine takes alone only',
  (_, question) => {
    const ids = question.options.map(({ id }) => id);
    const isTakenAlone = (id: string) =>
      ids.filter((other) => other !== id).every((other) => optionFault(question, [id, other]) !== undefined);
    const marked = questionView(question, READERS[0]!).options.map(({ key, exclusive }) => ({
      key,
      exclusive,
    }));
    expect(marked).toEqual(ids.map((id) => ({ key: id, exclusive: isTakenAlone(id) })));
  },
);
