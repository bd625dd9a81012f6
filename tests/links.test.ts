import { join } from 'node:path';
import { brokenReferences } from '../scripts/links/broken-references';
import { readRepositoryFiles } from '../scripts/links/repository-files';

/** A small repository in which nothing is broken. */
const SOUND: Readonly<Record<string, string>> = {
  'package.json': '{"scripts":{"schema":"node schema.js"}}',
  'README.md': `# Title

## Traces, and logs

[here](#traces-and-logs), [there](docs/guide.md#one-more-time-1), [there too](docs/guide.md#one), [a folder](docs), [away](https://example.org/x.md)

| name | value |
|---|---|
| \`adapters/port.ts\` | [a decision](docs/decisions/0001-first.md) |

\`\`\`
adapters/   port.ts   drawn
\`\`\`
`,
  'docs/guide.md': `## One more *time*
## One more \`time\`
## One 1
## One

\`port.ts\`, \`adapters/port\`, \`adapters/\`, \`../README.md\`, \`docs/decisions/0001\`, \`decisions/0001-first.md\`,
\`adapters/<id>/recorded.ts\`, \`pathways/*.yaml\`, \`dist/main.js\`, \`application/json\`, \`https://example.org/a.ts\`.

Decision 0001 is carried out by \`npm run --silent schema -- --check\`. RFC 7519, section 6.

\`\`\`ts
import { nothing } from './not-checked.ts';
\`\`\`
`,
  'docs/decisions/0001-first.md': '# 0001 First\n',
  'adapters/port.ts': `/**
 * Next to port.test.ts, which is in adapters/port.test.ts:2; see ../docs/guide.md and OpenID Connect 1.0,
 * section 3.
 */
export const path = 'adapters/not-a-comment.ts', regular = /"\\/\\/ nor-this.ts/, text = \`// nor \${'this.ts'}\`;
`,
  'adapters/port.test.ts': '',
};

function findings(changes: Readonly<Record<string, string>>): string[] {
  const files = new Map(Object.entries({ ...SOUND, ...changes }));
  return brokenReferences(files).map(({ file, line, message }) => `${file}:${line} ${message}`);
}

describe('npm run links', () => {
  it('finds nothing where everything that is named exists', () => {
    expect(findings({})).toEqual([]);
  });

  it.each([
    ['a link', 'One\n\n[two](guide.txt)', '3 The link guide.txt leads nowhere: there is no docs/guide.txt.'],
    ['an image', '![one](one.png)', '1 The link one.png leads nowhere: there is no docs/one.png.'],
    [
      'a link to a heading',
      '[a](#b)\n[c](guide.md#d)',
      '1 The link #b leads nowhere: docs/broken.md has no heading #b.',
      '2 The link guide.md#d leads nowhere: docs/guide.md has no heading #d.',
    ],
    [
      'a link in a table',
      '| a |\n|---|\n| b |\n| [c](d) |',
      '4 The link d leads nowhere: there is no docs/d.',
    ],
    [
      'a path from the root',
      'One\n`adapters/\nports.ts` `adapters/ports.ts`',
      '3 There is no ports.ts.',
      '3 There is no adapters/ports.ts.',
    ],
    ['a path from the folder', '`./one/two`', '1 There is no ./one/two.'],
    ['a module', '`adapters/ports`', '1 There is no adapters/ports.'],
    ['a folder', '`adaptors/`', '1 There is no adaptors/.'],
    ['a file name in prose', 'See\nglobal-setup.ts.', '2 There is no global-setup.ts.'],
    ['a file in a drawing', '```\na.ts\n\nb.ts\n```', '2 There is no a.ts.', '4 There is no b.ts.'],
    ['a decision', 'As decision 0002 says', '1 There is no decision 0002 in docs/decisions.'],
    ['the number of a decision', '`docs/decisions/0002`', '1 There is no docs/decisions/0002.'],
    [
      'a section',
      '(guide.md, section 5)',
      '1 No published standard is named before section 5: name the heading instead.',
    ],
    ['a command', '`npm run scheme`', '1 There is no command scheme in package.json.'],
    [
      'a table that an empty line cuts in two',
      '| a | b |\n|---|---|\n| 1 | 2 |\n\n| 3 | 4 |\n| 5 | 6 |',
      '5 This table row has no header above it: an empty line cuts the table in two.',
    ],
  ])('reports %s, with file and line', (_, text, ...messages) => {
    expect(findings({ 'docs/broken.md': text })).toEqual(
      messages.map((message) => `docs/broken.md:${message}`),
    );
  });

  it.each([
    ['adapters/a.ts', 'const a = `${1}`; // is b.ts\n', 1],
    ['adapters/a.ts', '/**\n * As\n * b.ts says\n */\nexport const a = 1;\n', 3],
    ['adapters/a.ts', 'call(\n  // b.ts\n);\n', 2],
    ['adapters/a.tsx', '<p>\n// not.ts\n{/* b.ts */}</p>;\n', 3],
    ['adapters/a.mjs', '\n// b.ts\n', 2],
    ['adapters/a.cjs', '// b.ts\n', 1],
    ['adapters/a.yaml', 'a: "#not.ts"\nb: c # b.ts\n', 2],
    ['adapters/a.graphql', '# b.ts\n{ a }\n', 1],
    ['adapters/a.sh', '# b.ts\n', 1],
    ['Dockerfile', 'FROM node\n# b.ts\n', 2],
    ['.ci/run', '#!/bin/sh\n# b.ts\n', 2],
  ])('reads the comments of %s', (file, text, line) => {
    expect(findings({ [file]: text })).toEqual([`${file}:${line} There is no b.ts.`]);
  });

  it('finds nothing broken in this repository', () => {
    const broken = brokenReferences(readRepositoryFiles(join(__dirname, '..')));
    expect(broken.map(({ file, line, message }) => `${file}:${line} ${message}`)).toEqual([]);
  });
});
