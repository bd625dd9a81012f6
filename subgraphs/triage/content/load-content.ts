import type { Content } from './content';
import { readContentFiles } from './content-files';
import { checkStructure } from './check/check-structure';
import { saidAt, spokenFile } from './check/words';
import { linkContent } from './link-content';
import { contentError, parseContent, type ParsedContent } from './parse-content';
import { signatureFaults, signedBy, signedUntil, type LiveTrust } from './signatures';

/** The YAML beside this file; a build that moves the code takes it along. */
export const CONTENT_FOLDER = __dirname;

/**
 * Reads, checks and links all triage content; done once, at start. The rules that walk every answer set are not run
 * here: `npm run triage:check` has, before the content was released.
 * @throws Error with a line for each fault, naming file, line and path.
 */
export function loadContent(folder = CONTENT_FOLDER, trust: LiveTrust | null = null): Content {
  return contentFrom(readContentFiles(folder), trust);
}

/**
 * @param files text by file name, as `readContentFiles` gives it.
 * @param trust in live clinical mode; without it content is a demonstration, whatever it says of itself.
 */
export function contentFrom(files: ReadonlyMap<string, string>, trust: LiveTrust | null = null): Content {
  const parsed = parseContent(files);
  if (!parsed.ok) throw contentError(parsed.findings, parsed.lines);
  const failures = checkStructure(parsed.content).filter(({ severity }) => severity === 'failure');
  if (failures.length > 0) throw contentError(failures, parsed.lines);
  return linked(parsed.content, files, trust, 'whole');
}

/** An edition that was in use before: null where today's code cannot read it. It was checked when it was current. */
export function editionFrom(
  files: ReadonlyMap<string, string>,
  trust: LiveTrust | null = null,
): Content | null {
  const parsed = parseContent(files);
  if (!parsed.ok) return null;
  return linked(parsed.content, files, trust, 'part');
}

function linked(
  parsed: ParsedContent,
  files: ReadonlyMap<string, string>,
  trust: LiveTrust | null,
  part: 'whole' | 'part',
): Content {
  return trust === null
    ? linkContent(parsed, files)
    : linkContent(parsed, files, liveFaults(parsed, files, trust, part), signedUntil(files));
}

export function isDemo({ banner }: Content): boolean {
  return banner !== null;
}

/**
 * Demonstration content must not reach people with symptoms (hazard 0203 of the NHS CDS API hazard log), nor what nobody has signed
 * as it is.
 * @throws Error when the service is live and any of the content is not, with what to do.
 */
export function refuseDemoContent({ notLiveBecause }: Content, clinicalMode: 'demo' | 'live'): void {
  if (clinicalMode === 'live' && notLiveBecause.length > 0)
    throw new Error(
      `The triage content is not live, so the service does not start in live clinical mode. ${shortened(notLiveBecause).join(' ')} ${REMEDY}`,
    );
}

const REMEDY =
  'Let two reviewers of CLINICAL_SIGNERS sign it as it is (docs/operate.md, "Live content"), or set CLINICAL_MODE to demo.';

const MAX_REASONS = 5;

function shortened(reasons: readonly string[]): string[] {
  const more = reasons.length - MAX_REASONS;
  return [...reasons.slice(0, MAX_REASONS), ...(more > 0 ? [`There are ${more} more reasons.`] : [])];
}

/** Each part says that it is live, its reviewers are those who have signed, and their signatures hold. */
function liveFaults(
  { pathways }: ParsedContent,
  files: ReadonlyMap<string, string>,
  trust: LiveTrust,
  part: 'whole' | 'part',
): string[] {
  const statuses = [...files].map(
    ([file, text]) => [file, saidAt(spokenFile(text).words, 'status')] as const,
  );
  const signers = signedBy(files);
  return [
    ...statuses
      .filter(([, status]) => status !== undefined && status !== 'live')
      .map(
        ([file, status]) =>
          `${file} has the status ${status ?? ''}: a demonstration that no clinician has signed.`,
      ),
    ...signatureFaults(files, trust, part),
    ...[...pathways]
      .filter(([, { reviewedBy, status }]) => status === 'live' && !signers.includes(reviewedBy ?? ''))
      .map(([file]) => `${file} is live, and its reviewedBy is nobody who has signed the content.`),
  ];
}
