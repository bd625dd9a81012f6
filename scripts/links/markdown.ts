import MarkdownIt from 'markdown-it';
import { lineOf, type Passage } from './passage';

export interface MarkdownPage {
  /** Prose with code in back-ticks, and drawings; blocks of code in a language are left out. */
  passages: Passage[];
  links: { line: number; target: string }[];
  anchors: ReadonlySet<string>;
  /** Lines with a table row that no header stands above. */
  rowsWithoutHeader: number[];
}

type Token = MarkdownIt.Token;

const parser = new MarkdownIt({ html: true });

export function readMarkdown(text: string): MarkdownPage {
  const tokens = parser.parse(text, {});
  const blocks = blocksOf(tokens);
  return {
    passages: [...blocks.map(withoutTargets), ...tokens.filter(isDrawing).map(drawing)],
    links: blocks.flatMap(linksIn),
    anchors: anchorsOf(tokens),
    rowsWithoutHeader: blocks.filter(isTableRow).map(({ line }) => line),
  };
}

/** A paragraph, a heading or the cell of a table. */
interface Block extends Passage {
  parts: readonly Token[];
}

/** Cells have no line of their own: theirs is that of the row. */
function blocksOf(tokens: readonly Token[]): Block[] {
  let line = 1;
  return tokens.flatMap(({ type, map, content, children }) => {
    if (map !== null) line = map[0] + 1;
    return type === 'inline' ? [{ line, text: content, parts: children ?? [] }] : [];
  });
}

function withoutTargets({ line, text }: Block): Passage {
  return { line, text: text.replaceAll(/\]\([^)\s]*\)/g, '] ') };
}

function isDrawing({ type, info }: Token): boolean {
  return type === 'fence' && info === '';
}

function drawing({ map, content }: Token): Passage {
  return { line: (map?.[0] ?? 0) + 2, text: content };
}

/** The parser takes the cells of a table out of their row, so what begins with a bar is in no table. */
function isTableRow({ text }: Block): boolean {
  return text.startsWith('|');
}

function linksIn(block: Block): MarkdownPage['links'] {
  const targets = block.parts.flatMap((token) => token.attrGet('href') ?? token.attrGet('src') ?? []);
  return targets.map((target) => ({ line: lineOf(String(target), block), target: String(target) }));
}

function anchorsOf(tokens: readonly Token[]): ReadonlySet<string> {
  const headings = tokens.filter((_, index) => tokens[index - 1]?.type === 'heading_open');
  const repetitions = new Map<string, number>();
  return new Set(
    headings.map(({ children }) => {
      const anchor = anchorOf(children ?? []);
      const before = repetitions.get(anchor) ?? 0;
      repetitions.set(anchor, before + 1);
      return before === 0 ? anchor : `${anchor}-${before}`;
    }),
  );
}

/** GitHub's anchor of a heading: its visible text in lower case, hyphens for spaces, without punctuation. */
function anchorOf(heading: readonly Token[]): string {
  const text = heading.map(({ content }) => content).join('');
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}
