import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildSchema, isEnumType, isObjectType, isUnionType } from 'graphql';
import { z } from 'zod';
import { demoIssuer } from '../demo/issuer';
import { CASE_STUDY_PRACTICE, demoVariables } from '../demo/people';
import { FIELD_PROBLEMS } from '../domain/messages/field-problem-codes';
import { inOneProcess, type GatewayUnderTest } from './gateway-under-test';

/**
 * The table of docs/api.md that says how each state of a front end is brought about, made call by call against the
 * product as `npm start` runs it.
 */
const ROOT = join(__dirname, '..');
const page = readFileSync(join(ROOT, 'docs', 'api.md'), 'utf8');
const api = buildSchema(readFileSync(join(ROOT, 'schema', 'api.graphql'), 'utf8'));

interface Row {
  states: string[];
  calls: string[];
}

const table = between('<!-- states -->', '<!-- end of states -->');
const rows: Row[] = [...table.matchAll(/^\| (`.*`) \| (`.*`) \|$/gm)].map(([, states = '', calls = '']) => ({
  states: inBackticks(states),
  calls: inBackticks(calls),
}));
/** States that the page says cannot be brought about; each line says why. */
const outOfReach = between('Out of reach in the simulation:', '\n## ')
  .split('\n')
  .flatMap((line) => (/^- `[^:]*: \S/.test(line) ? inBackticks(line.slice(0, line.indexOf(':'))) : []));

function between(start: string, end: string): string {
  return page.split(start)[1]?.split(end)[0] ?? '';
}

function inBackticks(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, quoted = '']) => quoted);
}

const DAY_MINUTES = 24 * 60;
/** Comes before each row in what the shell shows. */
const MARK = '=== row';

let gateway: GatewayUnderTest;
/** Results of the calls of each row. */
let shown: string[];

beforeAll(async () => {
  gateway = await inOneProcess({}, undefined, () => new Date());
  const issuer = await demoIssuer(gateway.config.dataDir);
  const script = [
    'set -u',
    '. demo/states.sh',
    `clock ${minutesUntilMorning(new Date())}`,
    // Nobody is booked twice for one complaint, nor keeps more than twelve times in a minute.
    ...rows.map(
      ({ calls }) =>
        `tidy ${bookersIn(calls).join(' ')} >/dev/null; clock 1; echo '${MARK}'; ( ${calls.join('; ')} )`,
    ),
  ].join('\n');
  const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-c', script], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      API: `${gateway.url}/graphql`,
      CONTROL: gateway.simulators.controlUrl,
      ...(await demoVariables(CASE_STUDY_PRACTICE, new Date(), issuer)),
    },
    maxBuffer: 100_000_000,
  });
  expect(stderr).toBe('');
  shown = stdout.split(`${MARK}\n`).slice(1);
}, 300_000);
afterAll(() => gateway.close());

/** Quotas are spread over the day and begin anew at midnight: no row is to come upon that. */
function minutesUntilMorning(now: Date): number {
  const minutes = now.getUTCHours() * 60 + now.getUTCMinutes();
  return ((6 * 60 - minutes + DAY_MINUTES) % DAY_MINUTES) + 1;
}

/** Names the people in a row who can have booked something. */
function bookersIn(calls: readonly string[]): string[] {
  const names = calls.flatMap((call) => /^as (\w+)/.exec(call)?.[1] ?? []);
  return [...new Set(names)].filter((name) => /PATIENT|PARENT|UNREGISTERED/.test(name));
}

test.each(rows.map((row, index) => ({ ...row, index })))('$states', ({ states, index }) => {
  const found = statesIn(shown[index] ?? '');
  expect(states.filter((state) => !found.includes(state))).toEqual([]);
});

test("the advice of an expired hold's message leads to an appointment", () => {
  const index = rows.findIndex(({ states }) => states.includes('ConfirmBookingResult.HoldExpired'));
  const answers = (shown[index] ?? '').split('\n').map(statesIn);
  const expired = answers.findIndex((states) => states.includes('ConfirmBookingResult.HoldExpired'));
  expect(shown[index]?.split('\n')[expired]).toContain('Search again');
  expect(answers.slice(expired + 1).flat()).toEqual(
    expect.arrayContaining(['PracticeAnswer.SLOTS', 'HoldSlotResult.Hold', 'BookingStatus.CONFIRMED']),
  );
});

test('there is a row for every member of a union, every status and every code that a person may meet', () => {
  const unions = Object.values(api.getTypeMap()).filter(isUnionType);
  const patients = Object.entries(FIELD_PROBLEMS).filter(([, { audience }]) => audience === 'PATIENTS');
  const wanted = [
    ...unions.flatMap((union) => union.getTypes().map(({ name }) => `${union.name}.${name}`)),
    ...valuesOf('BookingStatus').map((value) => `BookingStatus.${value}`),
    ...valuesOf('PracticeAnswer').map((value) => `PracticeAnswer.${value}`),
    ...valuesOf('ProblemCode'),
    ...patients.map(([code]) => code),
  ];
  const written = rows.flatMap(({ states }) => states);
  expect(wanted.filter((state) => !written.includes(state) && !outOfReach.includes(state))).toEqual([]);
  expect(outOfReach.filter((state) => written.includes(state) || !wanted.includes(state))).toEqual([]);
});

function valuesOf(name: string): string[] {
  const type = api.getType(name);
  return isEnumType(type) ? type.getValues().map((value) => value.name) : [];
}

/** Every member of a union, code, value of these enums, and null that the answers show, one JSON text a line. */
function statesIn(answers: string): string[] {
  return answers
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .flatMap((line) => statesOf(JSON.parse(line), ''));
}

const Typed = z.looseObject({ __typename: z.string().optional() });

function statesOf(value: unknown, field: string): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => statesOf(one, field));
  if (value === null) return [`${field}: null`];
  if (typeof value === 'string') return stateOf(field, value);
  const { __typename: type, ...fields } = Typed.safeParse(value).data ?? {};
  const members = type === undefined ? [] : unionsOf(field).map((union) => `${union}.${type}`);
  return [...members, ...Object.entries(fields).flatMap(([name, one]) => statesOf(one, name))];
}

function stateOf(field: string, value: string): string[] {
  switch (field) {
    case 'code':
      return [value];
    case 'status':
      return [`BookingStatus.${value}`];
    case 'answer':
      return [`PracticeAnswer.${value}`];
    default:
      return [];
  }
}

/** The union that a field of this name answers, if any. */
function unionsOf(field: string): string[] {
  return ['Query', 'Mutation', 'Assessment', 'Practice'].flatMap((parent) => {
    const type = api.getType(parent);
    const answer = isObjectType(type) ? type.getFields()[field]?.type : undefined;
    const name = String(answer).replaceAll(/[[\]!]/g, '');
    return isUnionType(api.getType(name)) ? [name] : [];
  });
}
