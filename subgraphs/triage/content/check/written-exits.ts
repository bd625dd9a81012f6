import type { ExitFile, QuestionsFile } from '../content-files';
import type { ParsedContent } from '../parse-content';
import type { ContentPath } from './finding';

/** One way on, as written, and where it stands. */
export interface WrittenExit {
  exit: ExitFile;
  path: ContentPath;
  /** Sources of the option, else of its question. */
  sources: readonly string[];
}

export function exitsOf(key: string, node: QuestionsFile[string]): WrittenExit[] {
  const at = ['questions', key];
  if (node.kind === 'byAge')
    return node.bands.map((band, index) => ({
      exit: band,
      path: [...at, 'bands', index],
      sources: band.sources ?? [],
    }));
  const written = (exit: ExitFile, path: ContentPath): WrittenExit => ({
    exit,
    path,
    sources: exit.sources ?? node.sources ?? [],
  });
  return [
    ...node.options.map((option, index) => written(option, [...at, 'options', index])),
    ...('counts' in node ? node.counts : []).map(({ outcome, sources }, index) =>
      written({ outcome, sources }, [...at, 'counts', index]),
    ),
    ...('none' in node ? [written(node.none, [...at, 'none'])] : []),
    ...('unsure' in node && node.unsure ? [written(node.unsure, [...at, 'unsure'])] : []),
  ];
}

/** Every exit of all content, with its file; the screen's "none" goes where each pathway starts. */
export function* allExits(content: ParsedContent): Generator<WrittenExit & { file: string }> {
  for (const exit of exitsOf('screen', content.emergency.questions.screen))
    yield { ...exit, file: 'emergency-screen.yaml' };
  for (const [file, { questions }] of content.pathways)
    for (const [key, node] of Object.entries(questions))
      for (const exit of exitsOf(key, node)) yield { ...exit, file };
}
