import type { Content } from './content';
import { readContentFiles } from './content-files';
import { checkStructure } from './check/check-structure';
import { linkContent } from './link-content';
import { contentError, parseContent } from './parse-content';

/** The YAML beside this file; a build that moves the code takes it along. */
export const CONTENT_FOLDER = __dirname;

/**
 * Reads, checks and links all triage content; done once, at start. The rules that walk every answer set are not run
 * here: `npm run triage:check` has, before the content was released.
 * @throws Error with a line for each fault, naming file, line and path.
 */
export function loadContent(folder = CONTENT_FOLDER): Content {
  return contentFrom(readContentFiles(folder));
}

/** @param files text by file name, as `readContentFiles` gives it. */
export function contentFrom(files: ReadonlyMap<string, string>): Content {
  const parsed = parseContent(files);
  if (!parsed.ok) throw contentError(parsed.findings, parsed.lines);
  const failures = checkStructure(parsed.content).filter(({ severity }) => severity === 'failure');
  if (failures.length > 0) throw contentError(failures, parsed.lines);
  return linkContent(parsed.content, files);
}

/** An edition that was in use before: null where today's code cannot read it. It was checked when it was current. */
export function editionFrom(files: ReadonlyMap<string, string>): Content | null {
  const parsed = parseContent(files);
  return parsed.ok ? linkContent(parsed.content, files) : null;
}

export function isDemo({ banner }: Content): boolean {
  return banner !== null;
}

/**
 * Demonstration content must not reach people with symptoms (hazard 0203 of the NHS CDS API hazard log).
 * @throws Error when the service is live and any of the content is a demonstration.
 */
export function refuseDemoContent(content: Content, clinicalMode: 'demo' | 'live'): void {
  if (clinicalMode === 'live' && isDemo(content))
    throw new Error(
      'The triage content is a demonstration that no clinician has signed, so the service does not start in live clinical mode.',
    );
}
