import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  type GraphQLField,
  type GraphQLNamedType,
} from 'graphql';

const ROOT = join(__dirname, '..');
const api = buildSchema(readFileSync(join(ROOT, 'schema', 'api.graphql'), 'utf8'));
const page = readFileSync(join(ROOT, 'docs', 'features.md'), 'utf8');
const rows = [...page.matchAll(/^\| (?!-)(?!feature )(.+?) \| (.+?) \| (.+) \|$/gm)].map(
  ([, feature = '', offered = '', how = '']) => ({ feature, offered, how }),
);

/** Features of NHS 111 online and the NHS App, by words of their row. */
const ASKED_FOR = [
  'live updates',
  "list of one's own symptom checks",
  'whom it is for',
  'calendar',
  'reminders',
  'confirmation by text or e-mail',
  'website of a practice',
  'directions',
  'wheelchair access',
  'hearing loop',
  'video',
  'access needs',
  'interpreter',
  'preferred contact',
  'languages',
  'own words',
  'not registered',
  'no symptom check fits',
  'services other than GPs',
  'call back',
  'feedback',
];

test.each(ASKED_FOR)('says whether this is offered: %s', (words) => {
  expect(rows.filter(({ feature }) => feature.includes(words))).not.toEqual([]);
});

test('every feature is offered, partly or not, with how or why', () => {
  expect(rows.filter(({ offered }) => !['yes', 'partly', 'no'].includes(offered))).toEqual([]);
  expect(rows.filter(({ how }) => how.trim() === '')).toEqual([]);
});

test('names of fields are those of the schema', () => {
  const known = new Set(Object.values(api.getTypeMap()).flatMap(namesIn));
  const named = rows.flatMap(({ how }) => [...how.matchAll(/`([A-Za-z_]+)[^`]*`/g)].map(([, name]) => name));
  expect(named.filter((name) => name !== 'en' && !known.has(name ?? ''))).toEqual([]);
});

/** The names of an enum's values, or of a type's fields and their arguments. */
function namesIn(type: GraphQLNamedType): string[] {
  if (isEnumType(type)) return type.getValues().map(({ name }) => name);
  if (isInputObjectType(type)) return Object.keys(type.getFields());
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values<GraphQLField<unknown, unknown>>(type.getFields()).flatMap(({ name, args }) => [
    name,
    ...args.map((argument) => argument.name),
  ]);
}
