import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { demoIssuer } from '../demo/issuer';
import {
  CASE_STUDY_PRACTICE,
  DEMO_CALLER_NAMES,
  DEMO_CALLERS,
  demoPeople,
  demoToken,
  type DemoCallerName,
} from '../demo/people';
import type { Person } from '../domain/caller';
import { OdsCode } from '../domain/ods-code';
import { inOneProcess, type GatewayUnderTest } from './gateway-under-test';
import { asker } from './patient-journey';

const ROOT = join(__dirname, '..');

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await inOneProcess();
});
afterAll(() => gateway.close());

async function askAs(name: DemoCallerName, query: string, variables = {}) {
  const issuer = await demoIssuer(gateway.config.dataDir);
  const token = await demoToken(name, CASE_STUDY_PRACTICE, new Date(), issuer);
  return asker(gateway.url, token)(query, variables);
}

const Bookable = z.object({
  bookablePeople: z.array(z.object({ givenName: z.string(), isCaller: z.boolean() })),
});

test.each<[DemoCallerName, string[]]>([
  ['patient', ['Ruth']],
  ['other-patient', ['Noor']],
  ['parent', ['Ruth', 'Sam']],
  ['parent-of-two', ['Grace', 'Ada', 'Ben']],
  ['parent-of-twins', ['Peter', 'Tim', 'Tom']],
  ['unregistered', ['Una']],
  ['p5', ['Paula']],
  ['p0', []],
])('%s may book for %j', async (name, expected) => {
  const { data } = await askAs(name, '{ bookablePeople { givenName isCaller } }');
  const names = Bookable.parse(data).bookablePeople.map(({ givenName }) => givenName);
  expect(names).toEqual(expected);
});

test('expired is refused for that', async () => {
  const { status, errors } = await askAs('expired', '{ __typename }');
  expect({ status, reason: errors[0]?.extensions?.reason }).toEqual({ status: 401, reason: 'EXPIRED' });
});

test('twins are born on one day, and nobody else shares a birthday with another child', () => {
  const { sam, tim, tom, ada, ben } = demoPeople(CASE_STUDY_PRACTICE, new Date());
  expect(tim.birthDate).toBe(tom.birthDate);
  expect(new Set([ada, ben, sam].map(({ birthDate }) => birthDate)).size).toBe(3);
});

test('everybody has an NHS number of their own, of the range that is never issued', () => {
  const numbers = Object.values<Person>(demoPeople(CASE_STUDY_PRACTICE, new Date())).map(
    ({ nhsNumber }) => nhsNumber,
  );
  expect(numbers.filter((number) => !number.startsWith('999'))).toEqual([]);
  expect(new Set(numbers).size).toBe(numbers.length);
});

test('the practice knows every person who is registered there', () => {
  const { diary } = gateway.simulators;
  const unknown = Object.values<Person>(demoPeople(CASE_STUDY_PRACTICE, gateway.now())).filter(
    ({ nhsNumber, registeredPractice }) =>
      registeredPractice !== undefined && diary.patient(registeredPractice, nhsNumber) === undefined,
  );
  expect(unknown).toEqual([]);
});

test('docs/api.md has a row for everybody', () => {
  const page = readFileSync(join(ROOT, 'docs', 'api.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([\w-]+)` \| (.*) \|$/gm)].map(([, name, who]) => [name, who]);
  expect(rows.filter(([name]) => name! in DEMO_CALLERS)).toEqual(
    DEMO_CALLER_NAMES.map((name) => [name, DEMO_CALLERS[name].description]),
  );
});

describe('npm run token', () => {
  function run(...args: string[]) {
    return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
      const child = execFile(
        process.execPath,
        [join(ROOT, 'dist', 'scripts', 'token.js'), ...args],
        {
          cwd: ROOT,
          env: {
            PATH: process.env.PATH,
            PORT: new URL(gateway.url).port,
            DATA_DIR: gateway.config.dataDir,
            SIMULATOR_CONTROL_PORT: new URL(gateway.simulators.controlUrl).port,
          },
        },
        (_error, out, err) => resolve({ code: child.exitCode, out: out.trim(), err: err.trim() }),
      );
    });
  }

  test('lists everybody with --help, and where a name is not known', async () => {
    const [help, unknown] = await Promise.all([run('--help'), run('--as', 'grandmother')]);
    expect(help.code).toBe(0);
    expect(help.out).toContain('--practice');
    expect({ code: unknown.code, out: unknown.out }).toEqual({ code: 1, out: '' });
    expect(unknown.err).toContain(DEMO_CALLER_NAMES.join(', '));
    for (const name of DEMO_CALLER_NAMES)
      expect(help.out).toMatch(new RegExp(`^ +${name} +${DEMO_CALLERS[name].description}`, 'm'));
  });

  test('prints an expired token too, though the gateway refuses it', async () => {
    const { code, out } = await run('--as', 'expired');
    expect(code).toBe(0);
    const answer = await asker(gateway.url, out)('{ __typename }');
    expect(answer.errors[0]?.extensions?.reason).toBe('EXPIRED');
  });

  test('prints all tokens as shell variables', async () => {
    const { out } = await run('--all');
    const values = new Map(out.split('\n').map((line) => line.split('=') as [string, string]));
    const expired = values.get('TOKEN_EXPIRED');
    for (const name of DEMO_CALLER_NAMES) {
      const token = values.get(`TOKEN_${name.toUpperCase().replaceAll('-', '_')}`);
      const { status } = await asker(gateway.url, token)('{ __typename }');
      expect({ name, status }).toEqual({ name, status: token === expired ? 401 : 200 });
    }
    expect(values.get('BORN_SAM')).toMatch(/^\d{4}-\d\d-01$/);
    expect([...values.values()].filter((value) => !/^[\w.-]+$/.test(value))).toEqual([]);
  });

  test('makes everybody known to another practice', async () => {
    const { code, err } = await run('--as', 'other-patient', '--practice', 'Z90016');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { noor } = demoPeople(CASE_STUDY_PRACTICE, new Date());
    expect(gateway.simulators.diary.patient(OdsCode.parse('Z90016'), noor.nhsNumber)).toBeDefined();
  });
});

test.each<[DemoCallerName, string]>([
  ['practice', 'Practice'],
  ['receptionist', 'NotAllowed'],
])('%s closes the book, and is answered %s when opening it', async (name, expected) => {
  const { data } = await askAs(
    name,
    'mutation { closeBook(input: {odsCode: "Z90001", reason: "test", to: OTHER_PATIENTS}) { __typename } }',
  );
  expect(data).toEqual({ closeBook: { __typename: 'Practice' } });
  const reopened = await askAs(name, 'mutation { reopenBook(input: {odsCode: "Z90001"}) { __typename } }');
  expect(reopened.data).toEqual({ reopenBook: { __typename: expected } });
});
