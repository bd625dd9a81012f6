import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const ROOT = join(__dirname, '..');

/** Imports that the rules allow: each of these lines exists in the product in much the same form. */
const ALLOWED: Record<string, string> = {
  'main.ts': `import './start';`,
  'start.ts': `import './config'; import './gateway/gateway'; import './adapters/registry';
    import './subgraphs/triage'; import './subgraphs/appointments'; import type {} from './adapters/simulator/start-simulators';
    export const demo = () => import('./demo/people');`,
  'config.ts': `import './domain/words';`,
  'domain/words.ts': `export const word = 1;`,
  'domain/csv.ts': `export const csv = 1;`,
  'web/insight/answer-file.ts': `import '../../domain/csv';`,
  'platform/http/listen.ts': `import 'node:http';`,
  // A cycle is reported once, from its first file.
  'platform/http/second.ts': `import { first } from './first'; export const second = first;`,
  'demo/people.ts': `import '../domain/words';`,
  'gateway/gateway.ts': `import '../domain/words'; import '../platform/http/listen'; import 'graphql';
    import '../platform/execution/conditions';`,
  'gateway/gateway.test.ts': `import '../demo/people'; import './gateway';`,
  'platform/execution/conditions.ts': `import 'graphql';`,
  'platform/graphql/problem.ts': `import 'graphql'; import '../execution/conditions';`,
  'platform/database/database.ts': `import '../../domain/words';`,
  'subgraphs/shared.ts': `export const shared = 1;`,
  'subgraphs/shared-types/words.ts': `export const words = 1;`,
  'subgraphs/triage/index.ts': `import '../../platform/graphql/problem'; import '../../domain/words';`,
  'subgraphs/appointments/index.ts': `import '../../platform/graphql/problem'; import '../../adapters/gp-system';`,
  'subgraphs/appointments/ledger/ledger.ts': `import '../database/tables';`,
  'subgraphs/appointments/database/tables.ts': `export const tables = 1;`,
  'subgraphs/appointments/booking/confirm.ts': `import '../ledger/ledger';`,
  'subgraphs/appointments/booking.test.ts': `import '../../adapters/registry';`,
  'adapters/gp-system.ts': `import '../domain/words';`,
  'adapters/http/supplier-http.ts': `import '../gp-system'; import './http-client';`,
  'adapters/http/http-client.ts': `import 'node:http'; import 'axios';`,
  'adapters/fhir/outcome.ts': `import '../gp-system';`,
  'adapters/emis/emis.ts': `import '../gp-system'; import '../http/supplier-http'; import '../fhir/outcome';`,
  'adapters/emis/simulator.ts': `import '../simulator/diary'; import 'node:http';`,
  'adapters/emis/emis.test.ts': `import './emis'; import '../conformance/suite';`,
  'adapters/tpp/tpp.ts': `import '../gp-system'; import '../http/supplier-http';`,
  'adapters/simulator/diary.ts': `import '../gp-system';`,
  'adapters/conformance/suite.ts': `import '../simulator/start-simulators'; import '../registry';`,
  'adapters/supplier.ts': `import './gp-system'; import type {} from './simulator/diary';`,
  'adapters/emis/emis.supplier.ts': `import './emis'; import type {} from '../supplier';
    export const simulator = () => import('./simulator');`,
  'adapters/tpp/tpp.supplier.ts': `import './tpp';`,
  'adapters/suppliers.ts': `export {} from './emis/emis.supplier'; export {} from './tpp/tpp.supplier';`,
  'adapters/registry.ts': `import './suppliers';`,
  'adapters/simulator/start-simulators.ts': `import '../registry'; import './diary';`,
};

/** One forbidden import each; the file's name describes the attempt. */
const FORBIDDEN: Record<string, [file: string, source: string][]> = {
  'follow-the-query': [
    ['adapters/emis/sees-a-subgraph.ts', `import '../../subgraphs/triage';`],
    ['adapters/emis/sees-the-gateway.ts', `import '../../gateway/gateway';`],
    ['adapters/sees-a-type.ts', `import type { x } from '../subgraphs/triage'; export type Y = typeof x;`],
    ['adapters/sees-by-export.ts', `export * from '../gateway/gateway';`],
    ['adapters/sees-by-require.ts', `const seen = require('../subgraphs/triage'); export { seen };`],
    ['adapters/sees-dynamically.ts', `export const seen = () => import('../subgraphs/triage');`],
    ['adapters/sees-by-import-type.ts', `export type Seen = typeof import('../gateway/gateway');`],
    ['adapters/sees-by-import-equals.ts', `import seen = require('../gateway/gateway'); export { seen };`],
  ],
  'subgraphs-see-the-port': [
    ['subgraphs/triage/sees-a-supplier.ts', `import '../../adapters/emis/emis';`],
    ['subgraphs/triage/sees-the-registry.ts', `import type {} from '../../adapters/registry';`],
    ['subgraphs/sees-the-gateway.ts', `import '../gateway/gateway';`],
  ],
  'subgraphs-apart': [
    ['subgraphs/triage/sees-another.ts', `import '../appointments';`],
    ['subgraphs/triage/deep/sees-a-type.ts', `import type {} from '../../appointments/index';`],
  ],
  'appointments-one-way': [
    ['subgraphs/appointments/ledger/sees-booking.ts', `import '../booking/confirm';`],
    ['subgraphs/appointments/database/sees-a-type.ts', `import type {} from '../ledger/ledger';`],
  ],
  'subgraphs-only': [
    ['subgraphs/triage/sees-what-is-beside.ts', `import '../shared';`],
    ['subgraphs/appointments/sees-a-folder-beside.ts', `import '../shared-types/words';`],
  ],
  'gateway-keeps-no-books': [
    ['gateway/opens-a-database.ts', `import '../platform/database/database';`],
    ['gateway/serves-a-subgraph.ts', `import type {} from '../platform/graphql/problem';`],
  ],
  'suppliers-apart': [
    ['adapters/emis/sees-another.ts', `import '../tpp/tpp';`],
    ['adapters/fhir/sees-a-supplier.ts', `export * from '../tpp/tpp';`],
    ['adapters/bridges.ts', `export * from './tpp/tpp';`],
  ],
  'no-graphql-in-adapters': [
    ['adapters/emis/speaks-graphql.ts', `import 'graphql';`],
    ['adapters/emis/speaks-by-type.ts', `import type { ID } from 'type-graphql'; export type X = typeof ID;`],
    ['adapters/emis/speaks-apollo.ts', `import '@apollo/subgraph';`],
    ['adapters/emis/speaks-scalars.ts', `import 'graphql-scalars';`],
    ['adapters/emis/speaks-tools.ts', `import '@graphql-tools/utils';`],
    ['adapters/emis/speaks-a-subpath.ts', `import 'graphql/language/printer';`],
    ['domain/speaks-graphql.ts', `import 'graphql';`],
  ],
  'gateway-stands-alone': [
    ['gateway/sees-a-subgraph.ts', `import '../subgraphs/triage';`],
    ['gateway/identity/sees-the-port.ts', `import type {} from '../../adapters/gp-system';`],
  ],
  'web-is-one-more-client': [
    ['web/sees-the-gateway.ts', `import '../gateway/gateway';`],
    ['web/pages/sees-demo-people.ts', `import '../../demo/people';`],
    ['web/kit/sees-words.ts', `import '../../domain/words';`],
    ['domain/sees-a-page.ts', `import '../web/sees-the-gateway';`],
  ],
  'no-cycles': [
    [
      'platform/http/first.ts',
      `import type { second } from './second'; export const first = 1 as typeof second;`,
    ],
  ],
  'adapters-open-no-sockets': [
    ...['axios', 'undici', 'http', 'node:http', 'node:https', 'node:http2', 'node:net', 'node:tls'].map(
      (name): [string, string] => [`adapters/emis/opens-${name.replace(':', '-')}.ts`, `import '${name}';`],
    ),
    ['adapters/emis/sends-without-limits.ts', `import '../http/http-client';`],
  ],
  'domain-is-the-floor': [
    ['domain/sees-the-port.ts', `import '../adapters/gp-system';`],
    ['domain/sees-the-gateway.ts', `import type {} from '../gateway/gateway';`],
    ['platform/http/sees-the-port.ts', `import '../../adapters/gp-system';`],
  ],
  'simulators-stay-outside': [
    ['adapters/emis/sees-its-simulator.ts', `import './simulator';`],
    ['adapters/emis/sees-the-diary.ts', `import '../simulator/diary';`],
    ['adapters/emis/sees-the-suite.ts', `import '../conformance/suite';`],
  ],
  'production-loads-no-demo': [
    ['adapters/emis/eager.supplier.ts', `import './simulator';`],
    ['adapters/tpp/eager.supplier.ts', `export * from '../simulator/diary';`],
    ['gateway/loads-the-demo.ts', `import '../demo/people';`],
  ],
  'production-needs-no-development-packages': [
    ['adapters/emis/needs-a-development-package.ts', `import 'esbuild';`],
    ['gateway/needs-a-development-package.ts', `export * from 'react';`],
    // Installed, since other packages need it, as long as they do.
    ['platform/http/needs-a-package-of-others.ts', `import 'semver';`],
  ],
  'only-the-top-sees-everything': [
    ['subgraphs/triage/sees-main.ts', `import '../../main';`],
    ['subgraphs/triage/sees-start.ts', `import '../../start';`],
    ['subgraphs/sees-the-settings.ts', `import type {} from '../config';`],
    ['gateway/sees-start.ts', `import '../start';`],
    ['gateway/sees-the-demo.ts', `import '../demo/people';`],
    ['adapters/emis/sees-the-demo.ts', `import '../../demo/people';`],
    ['domain/sees-the-settings.ts', `import '../config';`],
    ['platform/http/sees-start.ts', `import '../../start';`],
  ],
};

const Report = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

const violations = new Map<string, string[]>();

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'import-rules-'));
  const tree = { ...ALLOWED, ...Object.fromEntries(Object.values(FORBIDDEN).flat()) };
  for (const [file, source] of Object.entries(tree)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), source);
  }
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
    copyFileSync(join(ROOT, file), join(folder, file));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const cruised = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs'),
      ...['--config', '.dependency-cruiser.cjs', '--output-type', 'json'],
      ...[
        'adapters',
        'demo',
        'domain',
        'gateway',
        'platform',
        'subgraphs',
        'web',
        'main.ts',
        'start.ts',
        'config.ts',
      ],
    ],
    { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  rmSync(folder, { recursive: true });
  for (const { from, rule } of Report.parse(JSON.parse(cruised.stdout)).summary.violations)
    violations.set(from, [...(violations.get(from) ?? []), rule.name]);
});

const cases = Object.entries(FORBIDDEN).flatMap(([rule, files]) => files.map(([file]) => ({ rule, file })));

test.each(cases)('$rule: $file is refused', ({ rule, file }) => {
  expect(violations.get(file)).toContain(rule);
});

test.each(Object.keys(ALLOWED))('%s is allowed', (file) => {
  expect(violations.get(file)).toBeUndefined();
});

test('every rule of the configuration is tried', () => {
  const { forbidden } = z
    .object({ forbidden: z.array(z.object({ name: z.string() })) })
    .parse(jest.requireActual('../.dependency-cruiser.cjs'));
  const names = new Set(forbidden.map(({ name }) => name));
  expect(Object.keys(FORBIDDEN).sort()).toEqual([...names].sort());
});
