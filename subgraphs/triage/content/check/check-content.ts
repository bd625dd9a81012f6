import { LRUCache } from 'lru-cache';
import type { Content } from '../content';
import type { ParsedContent, LineOf } from '../parse-content';
import { parseContent, yamlFile, type YamlFile } from '../parse-content';
import { linkContent } from '../link-content';
import type { PathwayFile, WaiversFile } from '../content-files';
import { SIGNATURES_FILE } from '../signatures';
import {
  acceptanceRules,
  changedFrom,
  type Baseline,
  type Proof,
  type TableChange,
} from './acceptance-rules';
import { behaviourRules } from './behaviour-rules';
import { identityRules } from './catalogue-rules';
import { checkReferences, checkStructure } from './check-structure';
import { answerSetCount, enumerate, pathCount, type Enumerated } from './enumerate';
import { failure, unless, type Finding } from './finding';
import type { WordChange } from './compare-words';
import { outcomeTable, type OutcomeTable } from './outcome-table';
import { reviewRules } from './review-rules';
import { sharedSignRules } from './shared-sign-rules';
import { sourceAgeRules } from './source-rules';
import { vignetteReport, type VignetteReport } from './vignette-report';
import { vignetteRules } from './vignette-rules';
import { spokenFile } from './words';

export interface CheckReport {
  pathways: number;
  paths: number;
  answerSets: number;
  failures: readonly Finding[];
  /** Warnings, without those that somebody has signed. */
  warnings: readonly Finding[];
  waived: number;
  /** Outcome tables of every pathway, what every file says, and their differences from what was accepted. */
  proof: Proof;
  changes: readonly TableChange[];
  wordChanges: readonly WordChange[];
  /** Cases against the urgency that their sources want; null where nothing could be walked. */
  vignettes: VignetteReport | null;
  lines: LineOf;
}

/**
 * All rules.
 * @param files text by file name, as `readContentFiles` gives it.
 * @param today for the age of sources.
 */
export function checkContent(
  files: ReadonlyMap<string, string>,
  baseline: Baseline,
  today: Date,
): CheckReport {
  const parsed = parseContent(files, readOnce);
  const { lines } = parsed;
  if (!parsed.ok) return { ...NOTHING, failures: parsed.findings, lines };
  const structure = [
    ...checkStructure(parsed.content),
    ...identityRules(parsed.content),
    ...sourceAgeRules(parsed.content, today),
    ...reviewRules(parsed.content, files),
  ];
  // What does not hold together cannot be walked.
  if (checkReferences(parsed.content).length > 0)
    return {
      ...NOTHING,
      ...sorted(structure, parsed.content),
      pathways: parsed.content.pathways.size,
      lines,
    };
  const content = linkContent(parsed.content, files);
  const walked = walk(parsed.content, content, { files, baseline });
  return {
    ...walked,
    ...sorted([...structure, ...walked.findings], parsed.content),
    pathways: content.pathways.size,
    lines,
  };
}

const MAX_DOCUMENTS = 60;
const documents = new LRUCache<string, YamlFile>({ max: MAX_DOCUMENTS });

/** Tests and mutants check much the same files hundreds of times. */
function readOnce(text: string): YamlFile {
  const document = documents.get(text) ?? yamlFile(text);
  documents.set(text, document);
  return document;
}

const NOTHING = {
  pathways: 0,
  paths: 0,
  answerSets: 0,
  warnings: [],
  waived: 0,
  proof: { tables: [], words: new Map(), versions: new Map() },
  changes: [],
  wordChanges: [],
  vignettes: null,
};

function walk(
  parsed: ParsedContent,
  content: Content,
  { files, baseline }: { files: ReadonlyMap<string, string>; baseline: Baseline },
) {
  const walks = [...parsed.pathways.values()].flatMap((file) => walkOnce(file, content) ?? []);
  const findings = walks.flatMap((each) => each.findings);
  const tables = walks.flatMap(({ table }) => table ?? []);
  const walked = walks.map(({ enumerated }) => enumerated);
  if (parsed.signs) findings.push(...sharedSignRules(parsed.signs, walked, content));
  const vignettes = vignetteReport(parsed.cases, content);
  findings.push(...vignettes.findings);
  const proof = proofOf(files, tables);
  const changes = changedFrom(baseline, proof);
  findings.push(...acceptanceRules(proof, baseline, changes));
  return {
    paths: walks.reduce((sum, { paths }) => sum + paths, 0),
    answerSets: walks.reduce((sum, { answerSets }) => sum + answerSets, 0),
    proof,
    changes: changes.tables,
    wordChanges: changes.words,
    vignettes,
    findings,
  };
}

/** Everything that the answer sets of one pathway show. */
interface Walk {
  enumerated: Enumerated;
  paths: number;
  answerSets: number;
  /** Null where there are too many to walk. */
  table: OutcomeTable | null;
  findings: readonly Finding[];
}

/** All pathways of the real content, and a few that somebody has changed. */
const MAX_WALKS = 12;
const walksKept = new LRUCache<string, Walk>({ max: MAX_WALKS });

/** Walks a pathway, or returns its walk where the files that decide it, of which the hash is, have been walked before. */
function walkOnce(file: PathwayFile, content: Content): Walk | undefined {
  const pathway = content.pathways.get(file.id);
  if (pathway === undefined) return undefined;
  const kept = walksKept.get(pathway.hash);
  if (kept !== undefined) return kept;
  const enumerated = enumerate(pathway);
  const walk: Walk = {
    enumerated,
    paths: pathCount(enumerated),
    answerSets: answerSetCount(enumerated),
    table: enumerated.runs.length > 0 ? outcomeTable(enumerated) : null,
    findings: [...behaviourRules(enumerated, file, content), ...vignetteRules(file, pathway)],
  };
  walksKept.set(pathway.hash, walk);
  return walk;
}

function proofOf(files: ReadonlyMap<string, string>, tables: readonly OutcomeTable[]): Proof {
  const spoken = [...files]
    .filter(([file]) => file !== SIGNATURES_FILE)
    .map(([file, text]) => ({ file, ...spokenFile(text) }));
  return {
    tables,
    words: new Map(spoken.map(({ file, words }) => [file, words])),
    versions: new Map(spoken.flatMap(({ file, version }) => (version === null ? [] : [[file, version]]))),
  };
}

/** Failures and warnings apart; signed warnings are out, and unsigned ones fail content that people rely on. */
function sorted(all: readonly Finding[], { waivers, pathways }: ParsedContent) {
  // What two pathways share is found in both.
  const findings = [...new Map(all.map((finding) => [JSON.stringify(finding), finding])).values()];
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  const unsigned = warnings.filter((finding) => !waivers.some((waiver) => covers(waiver, finding)));
  const reliedOn = [...pathways].filter(([, { status }]) => status !== 'demo').map(([file]) => file);
  const mustBeSigned = ({ file }: Finding): boolean =>
    file.startsWith('pathways/') ? reliedOn.includes(file) : reliedOn.length > 0;
  return {
    failures: [
      ...findings.filter(({ severity }) => severity === 'failure'),
      ...unsigned.filter(mustBeSigned).map((finding) => ({
        ...finding,
        message: `${finding.message} Content that is reviewed or live needs this mended, or signed in waivers.yaml.`,
      })),
      ...waivers.flatMap((waiver, index) =>
        unless(
          warnings.some((finding) => covers(waiver, finding)),
          () =>
            failure(waiver.rule, 'waivers.yaml', [index], 'There is no such warning any more: remove this.'),
        ),
      ),
    ],
    warnings: unsigned.filter((finding) => !mustBeSigned(finding)),
    waived: warnings.length - unsigned.length,
  };
}

function covers({ rule, file, path }: WaiversFile[number], finding: Finding): boolean {
  return (
    rule === finding.rule && file === finding.file && (path === undefined || path === finding.path.join('.'))
  );
}
