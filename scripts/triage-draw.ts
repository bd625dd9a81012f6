import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Graphviz } from '@hpcc-js/wasm-graphviz';
import { loadContent } from '../subgraphs/triage/content/load-content';
import { flowChart } from './triage-flow-chart';
import { runScript } from './run-script';

/** `npm run triage:draw`: a flow chart of every pathway under docs/pathways; `--check` fails where one is out of date. */
const FOLDER = join('docs', 'pathways');

runScript(async () => {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const graphviz = await Graphviz.load();
  const drawn = new Map(
    [...loadContent(join('subgraphs', 'triage', 'content')).pathways.values()].map((pathway) => [
      `${pathway.id}.svg`,
      graphviz.dot(flowChart(pathway), 'svg'),
    ]),
  );
  mkdirSync(FOLDER, { recursive: true });
  const there = readdirSync(FOLDER).filter((name) => name.endsWith('.svg'));
  if (!values.check) {
    for (const name of there) rmSync(join(FOLDER, name));
    for (const [name, svg] of drawn) writeFileSync(join(FOLDER, name), svg);
    return;
  }
  const wrong = [...new Set([...drawn.keys(), ...there])].filter(
    (name) => !there.includes(name) || readFileSync(join(FOLDER, name), 'utf8') !== drawn.get(name),
  );
  if (wrong.length > 0)
    throw new Error(
      `${FOLDER} does not show the pathways as they are (${wrong.join(', ')}): run npm run triage:draw.`,
    );
});
