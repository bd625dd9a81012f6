import type {
  DispositionContent,
  NodeContent,
  PathwayContent,
  QuestionContent,
  RuleContent,
} from '../subgraphs/triage/content/content';
import type { CareLevel } from '../subgraphs/triage/content/vocabulary';
import { say } from '../subgraphs/triage/content/wording';

/** A pathway as a graph in the DOT language: questions, ages, and outcomes in the colour of their urgency. */
export function flowChart(pathway: PathwayContent): string {
  const lines: string[] = [];
  const seen = new Set<string>();
  const visit = (node: NodeContent): void => {
    if (seen.has(node.id)) return;
    seen.add(node.id);
    lines.push(nodeLine(node));
    for (const [target, rules] of ways(node)) lines.push(edgeLine(node, target, rules));
    for (const { exit } of rulesOf(node)) {
      if (exit.kind === 'go') visit(exit.to);
      else if (!seen.has(outcomeId(exit.disposition))) {
        seen.add(outcomeId(exit.disposition));
        lines.push(outcomeLine(exit.disposition));
      }
    }
  };
  visit(pathway.start);
  return [
    `digraph ${quoted(pathway.id)} {`,
    `  graph [rankdir=TB, nodesep=0.35, ranksep=0.6, fontname="Arial", labelloc=t, fontsize=16, label=${quoted(title(pathway))}]`,
    // Wide margins: fonts of the reader's machine may be wider than those that were measured.
    '  node [fontname="Arial", fontsize=11, margin="0.35,0.12"]',
    '  edge [fontname="Arial", fontsize=9]',
    ...lines,
    '}',
  ].join('\n');
}

const READER = { relationship: 'OTHER', locale: 'en-GB' } as const;

function title({ title: name, version, status }: PathwayContent): string {
  const assured = status === 'DEMO' ? 'Demonstration content. Not clinically assured.' : status;
  return `${say(name, READER)} (${version})\n${assured}`;
}

function nodeLine(node: NodeContent): string {
  if (node.kind === 'BY_AGE')
    return `  ${quoted(node.id)} [shape=diamond, style=filled, fillcolor="#eeeeee", label=${quoted(`${node.id}\nage`)}]`;
  const emergency = node.options.some(({ exit }) => exit.kind === 'outcome' && isEmergency(exit.disposition));
  const look = emergency
    ? 'shape=box, style="filled,bold", color="#b00020", penwidth=2.5, fillcolor="#fde7ea"'
    : 'shape=box, style="filled,rounded", fillcolor="#e8f1fb"';
  const label = `${node.id}\n${wrapped(say(node.text, READER), 34)}${node.kind === 'TICK_ANY' ? '\n(tick any)' : ''}`;
  return `  ${quoted(node.id)} [${look}, label=${quoted(emergency ? `RED FLAGS\n${label}` : label)}]`;
}

const COLOUR: Record<CareLevel, string> = {
  AMBULANCE: 'fillcolor="#b00020", fontcolor=white',
  EMERGENCY_DEPARTMENT: 'fillcolor="#d9480f", fontcolor=white',
  URGENT_CALLBACK: 'fillcolor="#e67700", fontcolor=black',
  PRIMARY_CARE: 'fillcolor="#ffe066", fontcolor=black',
  OTHER_SERVICE: 'fillcolor="#d0bfff", fontcolor=black',
  PHARMACY: 'fillcolor="#b2f2bb", fontcolor=black',
  SELF_CARE: 'fillcolor="#40c057", fontcolor=black',
};

function outcomeLine(disposition: DispositionContent): string {
  const { id, careLevel, title: name } = disposition;
  const shape = isEmergency(disposition) ? 'octagon' : 'ellipse';
  return `  ${quoted(outcomeId(disposition))} [shape=${shape}, style=filled, ${COLOUR[careLevel]}, label=${quoted(`${id}\n${wrapped(say(name, READER), 26)}`)}]`;
}

/** Options that lead to the same place share an arrow. */
function ways(node: NodeContent): Map<string, RuleContent[]> {
  const byTarget = new Map<string, RuleContent[]>();
  for (const rule of rulesOf(node)) {
    const { exit } = rule;
    const target = exit.kind === 'go' ? exit.to.id : outcomeId(exit.disposition);
    byTarget.set(target, [...(byTarget.get(target) ?? []), rule]);
  }
  return byTarget;
}

function edgeLine(node: NodeContent, target: string, rules: readonly RuleContent[]): string {
  const bullet = rules.length > 1 ? '• ' : '';
  const label = rules.map((rule) => `  ${wrapped(bullet + labelOf(node, rule), 30)}  `).join('\n');
  const red = rules.some(({ exit }) => exit.kind === 'outcome' && isEmergency(exit.disposition));
  return `  ${quoted(node.id)} -> ${quoted(target)} [label=${quoted(label)}${red ? ', color="#b00020"' : ''}]`;
}

function labelOf(node: NodeContent, { id, text, exit }: RuleContent): string {
  const floor = exit.kind === 'go' && exit.atLeast ? ` (at least ${exit.atLeast.id})` : '';
  return `${node.kind === 'BY_AGE' ? ageLabel(id) : shortened(say(text, READER))}${floor}`;
}

/** Ages as people say them, from the days in which content states them. */
function ageLabel(id: string): string {
  const days = Number(/^below-(\d+)$/.exec(id)?.[1]);
  if (Number.isNaN(days)) return 'older';
  return days < 731
    ? `under ${Math.round(days / 30.4375)} months`
    : `under ${Math.round(days / 365.25)} years`;
}

function rulesOf(node: NodeContent): readonly RuleContent[] {
  return node.kind === 'BY_AGE' ? node.bands : [...node.options, ...countRules(node)];
}

function countRules({ counts }: QuestionContent): RuleContent[] {
  return counts.map(({ atLeast, of, exit, sources }) => ({
    id: `${atLeast}-of-${of.join('-')}`,
    text: `${atLeast} or more of: ${of.join(', ')}`,
    exit,
    sources,
  }));
}

function outcomeId({ id }: DispositionContent): string {
  return `outcome ${id}`;
}

function isEmergency({ careLevel }: DispositionContent): boolean {
  return careLevel === 'AMBULANCE' || careLevel === 'EMERGENCY_DEPARTMENT';
}

const LONGEST = 70;

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST).replace(/\s+\S*$/, '')} …`;
}

function wrapped(text: string, width: number): string {
  return text
    .split(' ')
    .reduce<string[]>((lines, word) => {
      const last = lines.at(-1);
      return last !== undefined && last.length + word.length < width
        ? [...lines.slice(0, -1), `${last} ${word}`]
        : [...lines, word];
    }, [])
    .join('\n');
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
