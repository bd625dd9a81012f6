/** Forms of English words: endings, sound and slips of the pen. Pure, and bounded by the length of a word. */

/** Returns what a word is without its ending: "choking", "chokes" and "choke" have one stem. */
export function stem(word: string): string {
  if (word.length < 4) return word;
  const noun = word
    .replace(/ies$/, 'y')
    .replace(/(ss|x|sh|ch)es$/, '$1')
    .replace(/([^sui])s$/, '$1');
  const verb = noun.replace(/^(.{3,})(?:ing|(?<!e)ed)$/, '$1');
  const short = verb === noun ? verb : verb.replace(/([bdgmnprt])\1$/, '$1');
  return short
    .replace(/^(.{3,})ness$/, '$1')
    .replace(/^(.{2,})e$/, '$1')
    .replace(/y$/, 'i');
}

const SOUNDS: readonly [RegExp, string][] = [
  [/(?:sch|sh|(?:sc|[cts])i(?=[aou]))/g, 'S'],
  [/ph/g, 'f'],
  [/^(?:kn|gn|pn)/, 'n'],
  [/^wr/, 'r'],
  [/^ps/, 's'],
  [/gh/g, ''],
  [/ck/g, 'k'],
  [/sc(?=[eiy])/g, 's'],
  [/c(?=[eiy])/g, 's'],
  [/[cq]/g, 'k'],
  [/x/g, 'ks'],
  [/z/g, 's'],
  [/(.)\1+/g, '$1'],
  [/^[aeiouy]+/, 'A'],
  [/[aeiouyhw]/g, ''],
];

/** Returns the consonants that are heard: two spellings of one sound are the same. */
export function sound(word: string): string {
  return SOUNDS.reduce((left, [pattern, by]) => left.replace(pattern, by), word);
}

/**
 * Counts slips of the pen: a letter left out, added, exchanged, or two swapped (optimal string alignment).
 * @returns the distance, or `most + 1` where it is larger.
 */
export function slips(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1];
      let least = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        least = Math.min(least, at(beforeLast, j - 2) + 1);
      row.push(least);
    }
    if (Math.min(...row) > most) return most + 1;
    [beforeLast, last] = [last, row];
  }
  return at(last, other.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}

const SHORT = 4;
/** Says whether `written` is `word` as it is heard; a short word has to be nearly as long. */
export function soundsLike(written: string, word: string): boolean {
  const longer = Math.abs(written.length - word.length);
  if (written.length < 3 || word.length < 3 || longer > 2 || sound(written) !== sound(word)) return false;
  if (written.length >= SHORT && sound(word).length > 2) return true;
  return written.length <= SHORT && longer <= 1 && written[0] === word[0];
}

/** From this length on two slips are understood. */
const LONG = 9;

/** Says whether `written` is `word` with a slip of the pen, or two in a long one. */
export function isSlipOf(written: string, word: string): boolean {
  if (written.length < SHORT || word.length < SHORT) return false;
  if (written.length === SHORT && word.length === SHORT) return lettersOf(written) === lettersOf(word);
  const begins = written[0] === word[0];
  if (!begins && written.at(-1) !== word.at(-1)) return false;
  const most = written.length >= LONG && begins ? 2 : 1;
  return slips(written, word, most) <= most;
}

function lettersOf(word: string): string {
  return Array.from(word).sort().join('');
}
