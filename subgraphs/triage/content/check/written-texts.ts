import type { QuestionsFile } from '../content-files';
import type { ParsedContent } from '../parse-content';
import type { Wording } from '../wording';
import type { ContentPath } from './finding';

/** A text as written, and where it stands. */
export interface WrittenText {
  file: string;
  path: ContentPath;
  wording: Wording;
}

/** Everything that is ever shown. */
export function* allTexts(content: ParsedContent): Generator<WrittenText> {
  const { texts, dispositions, emergency } = content;
  for (const key of ['banner', 'switchedOff', 'noneOfThese', 'unsureOfTicks'] as const)
    yield { file: 'texts.yaml', path: [key], wording: texts[key] };
  for (const part of ['answers', 'advice'] as const)
    for (const [id, wording] of Object.entries(texts[part]))
      yield { file: 'texts.yaml', path: [part, id], wording };
  for (const [id, { title }] of Object.entries(dispositions.dispositions))
    yield { file: 'dispositions.yaml', path: ['dispositions', id, 'title'], wording: title };
  yield* ofQuestions('emergency-screen.yaml', emergency.questions);
  yield* ofWords(content);
  for (const [file, pathway] of content.pathways) {
    yield { file, path: ['title'], wording: pathway.title };
    yield { file, path: ['summary'], wording: pathway.summary };
    for (const [index, { text }] of pathway.refusals.entries())
      yield { file, path: ['refusals', index, 'text'], wording: text };
    yield* ofQuestions(file, pathway.questions);
  }
}

function* ofWords({ words }: ParsedContent): Generator<WrittenText> {
  if (!words) return;
  const { texts, contacts, help, dangers } = words.ownWords;
  const at = (path: ContentPath, wording: Wording): WrittenText => ({
    file: 'own-words.yaml',
    path,
    wording,
  });
  for (const [key, wording] of Object.entries(texts)) yield at(['texts', key], wording);
  for (const [id, { name, use }] of Object.entries(contacts))
    for (const [key, wording] of Object.entries({ name, use })) yield at(['contacts', id, key], wording);
  for (const [id, { title, advice }] of Object.entries(help)) {
    yield at(['help', id, 'title'], title);
    for (const [index, wording] of advice.entries()) yield at(['help', id, 'advice', index], wording);
  }
  for (const [id, { about }] of Object.entries(dangers)) yield at(['dangers', id, 'about'], about);
}

function* ofQuestions(file: string, questions: QuestionsFile): Generator<WrittenText> {
  for (const [key, node] of Object.entries(questions)) {
    const at = ['questions', key];
    const parts = node.kind === 'byAge' ? node.bands : node.options;
    const part = node.kind === 'byAge' ? 'bands' : 'options';
    if (node.kind !== 'byAge') {
      yield { file, path: [...at, 'text'], wording: node.text };
      if (node.why !== undefined) yield { file, path: [...at, 'why'], wording: node.why };
    }
    for (const [index, { text, ...rest }] of parts.entries()) {
      if (text !== undefined) yield { file, path: [...at, part, index, 'text'], wording: text };
      const detail = 'detail' in rest ? rest.detail : undefined;
      if (detail !== undefined) yield { file, path: [...at, part, index, 'detail'], wording: detail };
    }
  }
}
