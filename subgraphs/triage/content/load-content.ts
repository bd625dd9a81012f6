import { checkContent } from './check-content';
import type { Content } from './content';
import { readContentFiles } from './content-files';
import { linkContent } from './link-content';
import { contentError, parseContent } from './parse-content';

/** The YAML beside this file; a build that moves the code takes it along. */
export const CONTENT_FOLDER = __dirname;

/**
 * Reads, checks and links all triage content; done once, at start.
 * @throws Error with a line for each fault, naming file and path.
 */
export function loadContent(folder = CONTENT_FOLDER): Content {
  return contentFrom(readContentFiles(folder));
}

/** @param files text by file name, as `readContentFiles` gives it. */
export function contentFrom(files: ReadonlyMap<string, string>): Content {
  const parsed = parseContent(files);
  const problems = checkContent(parsed);
  if (problems.length > 0) throw contentError(problems);
  return linkContent(parsed);
}

/**
 * Demonstration content must not reach people with symptoms (hazard 0203 of the NHS CDS API hazard log).
 * @throws Error when the service is live and any of the content is a demonstration.
 */
export function refuseDemoContent(content: Content, clinicalMode: 'demo' | 'live'): void {
  if (clinicalMode === 'live' && content.banner !== null)
    throw new Error(
      'The triage content is a demonstration that no clinician has signed, so the service does not start in live clinical mode.',
    );
}
