/** Figures in pages of the safety file stand between these lines; a command writes them, and a test compares them. */
const BEGIN = '<!-- figures -->';
const END = '<!-- end of figures -->';

/** @throws Error where the page has no place for figures. */
export function withFigures(page: string, figures: string): string {
  const [before, rest] = page.split(`${BEGIN}\n`);
  const [, after] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined)
    throw new Error(`The page has no lines "${BEGIN}" and "${END}" between which figures stand.`);
  return `${before}${BEGIN}\n\n${figures.trimEnd()}\n\n${END}${after}`;
}
