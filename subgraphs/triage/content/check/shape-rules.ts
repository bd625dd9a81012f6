import type { PathwayFile } from '../content-files';
import type { ParsedContent } from '../parse-content';
import { failure, type Finding } from './finding';
import { exitsOf } from './written-exits';

/** Rules 4 (every question is reachable) and 5 (none leads back to itself, not through another pathway either). */
export function shapeRules(content: ParsedContent): Finding[] {
  return [...content.pathways].flatMap(([file, pathway]) => {
    const { reached, circles } = walk(pathway, content);
    const unreachable = Object.keys(pathway.questions).filter((key) => !reached.has(`${pathway.id}.${key}`));
    return [
      ...circles.map((path) =>
        failure(
          5,
          file,
          ['questions', path.at(-1)?.split('.')[1] ?? ''],
          `This question leads back to itself: ${path.map((id) => shortened(id, pathway)).join(' > ')}.`,
        ),
      ),
      ...unreachable.map((key) => failure(4, file, ['questions', key], 'Nothing leads to this question.')),
    ];
  });
}

function walk(
  start: PathwayFile,
  { pathways }: ParsedContent,
): { reached: Set<string>; circles: string[][] } {
  const byId = new Map([...pathways.values()].map((pathway) => [pathway.id, pathway]));
  const reached = new Set<string>();
  const circles: string[][] = [];
  const visit = (pathway: PathwayFile, key: string, path: readonly string[]): void => {
    const id = `${pathway.id}.${key}`;
    const onPath = path.indexOf(id);
    if (onPath >= 0) {
      circles.push([...path.slice(onPath), id]);
      return;
    }
    const node = pathway.questions[key];
    if (reached.has(id) || node === undefined) return;
    for (const { exit } of exitsOf(key, node)) {
      if (exit.to !== undefined) visit(pathway, exit.to, [...path, id]);
      const next = exit.pathway === undefined ? undefined : byId.get(exit.pathway);
      if (next !== undefined) visit(next, next.start, [...path, id]);
    }
    // Marked on the way back: a question under way is caught as a circle above.
    reached.add(id);
  };
  visit(start, start.start, []);
  return { reached, circles };
}

function shortened(id: string, { id: pathway }: PathwayFile): string {
  return id.startsWith(`${pathway}.`) ? id.slice(pathway.length + 1) : id;
}
