/** A piece of text in a file: a comment, or a block of Markdown. */
export interface Passage {
  /** The line of the file, from 1, on which the text begins. */
  line: number;
  text: string;
}

/** Returns the line of the file on which a passage first has the words. */
export function lineOf(words: string, { line, text }: Passage): number {
  const before = text.slice(0, Math.max(0, text.indexOf(words)));
  return line + before.split('\n').length - 1;
}
