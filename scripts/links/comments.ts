import { extname } from 'node:path';
import ts from 'typescript';
import type { Passage } from './passage';

const SCRIPTS = new Set(['.ts', '.tsx', '.mjs', '.cjs']);
const HASH_COMMENTS = new Set(['.yaml', '.yml', '.sh', '.graphql']);
/** Files without an extension whose comments begin with `#`. */
const HASH_COMMENT_FILES = /(^|\/)(Dockerfile|run|\.\w*ignore|\.editorconfig|\.npmrc)$/;

/** Returns the comments of a source file, none where the kind of file has none. */
export function commentsOf(file: string, text: string): Passage[] {
  if (SCRIPTS.has(extname(file))) return scriptComments(file, text);
  return HASH_COMMENTS.has(extname(file)) || HASH_COMMENT_FILES.test(file) ? hashComments(text) : [];
}

function scriptComments(file: string, text: string): Passage[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const comments = new Map<number, Passage>();
  const collect = (range: ts.CommentRange) =>
    comments.set(range.pos, {
      line: source.getLineAndCharacterOfPosition(range.pos).line + 1,
      text: text.slice(range.pos, range.end),
    });
  for (const token of tokensOf(source, source)) {
    ts.getLeadingCommentRanges(text, token.pos)?.forEach(collect);
    ts.getTrailingCommentRanges(text, token.end)?.forEach(collect);
  }
  return [...comments.values()];
}

/** Text between JSX tags is left out: two slashes in it begin no comment. */
function tokensOf(node: ts.Node, source: ts.SourceFile): ts.Node[] {
  if (ts.isJSDoc(node) || ts.isJsxText(node)) return [];
  const children = node.getChildren(source);
  return children.length === 0 ? [node] : children.flatMap((child) => tokensOf(child, source));
}

function hashComments(text: string): Passage[] {
  return text.split('\n').flatMap((line, index) => {
    const comment = /(?:^|\s)#(.*)$/.exec(line)?.[1];
    return comment === undefined ? [] : [{ line: index + 1, text: comment }];
  });
}
