import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPS_COMMANDS } from './commands';

const script = readFileSync(join(__dirname, '..', '..', 'scripts', 'ops.ts'), 'utf8');

test('every command of npm run ops has a page here, or is named as done on the command line', () => {
  const usage = /const USAGE = `([^`]*)`/.exec(script)?.[1] ?? '';
  const printed = [...usage.matchAll(/^ {2}npm run ops -- (\S+)/gm)].map(([, command]) => command);
  expect(printed).toContain('settle');
  expect([...new Set(printed)]).toEqual(OPS_COMMANDS.map(({ command }) => command));
});
