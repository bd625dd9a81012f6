/** The rules of the checker by number (docs/add-a-pathway.md, "Checks"); a vignette is an author's own test. */
export type Rule = number | 'vignette';

/** A path within a file: keys and positions. */
export type ContentPath = readonly (string | number)[];

/** One thing that is wrong, and where. */
export interface Finding {
  rule: Rule;
  severity: 'failure' | 'warning';
  /** Within the content folder, as `pathways/<id>.yaml`. */
  file: string;
  path: ContentPath;
  /** Says what to mend. */
  message: string;
}

export function failure(rule: Rule, file: string, path: ContentPath, message: string): Finding {
  return { rule, severity: 'failure', file, path, message };
}

export function warning(rule: Rule, file: string, path: ContentPath, message: string): Finding {
  return { rule, severity: 'warning', file, path, message };
}

/** For rules that read as one condition. */
export function unless(holds: boolean, finding: () => Finding): Finding[] {
  return holds ? [] : [finding()];
}

/** `pathways/<id>.yaml:57 questions.fever: There is no question "x". (rule 3)` */
export function findingLine({ file, path, message, rule }: Finding, line: number | undefined): string {
  const at = `${file}${line === undefined ? '' : `:${line}`}${path.length === 0 ? '' : ` ${path.join('.')}`}`;
  return `${at}: ${message} (${rule === 'vignette' ? 'vignette' : `rule ${rule}`})`;
}
