import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  executeSync,
  getNullableType,
  isEnumType,
  isListType,
  isAbstractType,
  isLeafType,
  isObjectType,
  parse,
  type GraphQLOutputType,
} from 'graphql';
import examplesByName from '../../schema/operations/examples.json';
import { isFlatTable, isObject } from '../../gateway/explorer/app/answer-table';
import { csvFile, factsTable } from '../../gateway/explorer/app/csv-file';
import { readAnswer } from '../../gateway/explorer/app/read-answer';

const SCHEMA = join(__dirname, '..', '..', 'schema');
const FOLDER = join(SCHEMA, 'operations');
const schema = buildSchema(readFileSync(join(SCHEMA, 'api.graphql'), 'utf8'), { assumeValid: true });
const examples: Partial<Record<string, object>> = examplesByName;
const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.graphql'))
  .map((file) => file.replace('.graphql', ''));

/** More than the API's unions have members that are no problem. */
const VARIANTS = 3;

describe.each(names)('an answer to %s', (name) => {
  it.each([...Array(VARIANTS).keys()])('has each of its values in a cell under its name (%i)', (variant) => {
    const answer = inventedAnswer(name, variant);
    const read = readAnswer(JSON.stringify(answer));
    if (read.kind !== 'answered') throw new Error(read.kind);
    expect({ errors: read.errors, problems: read.problems }).toEqual({ errors: [], problems: [] });

    const tables = read.tables.length === 0 ? [factsTable(read)] : read.tables;
    const cells = [
      ...read.facts.map(([path, cell]) => ({ head: path, text: String(cell) })),
      ...tables.flatMap(({ name: list, columns, rows }) =>
        rows.flatMap((row) =>
          row.map((cell, place) => ({ head: `${list}.${columns[place]!}`, text: String(cell) })),
        ),
      ),
    ];
    const values = valuesOf(answer.data, '');
    expect(values.length).toBeGreaterThan(0);
    expect(
      values.filter(
        ({ path, text }) =>
          !cells.some(
            ({ head, text: cell }) =>
              (cell.includes(text) && isHeadOf(head, path)) ||
              head.endsWith(`.${text}`) ||
              (/\.columns\.(title|unit)$/.test(path) && head.includes(text)),
          ),
      ),
    ).toEqual([]);

    const files = tables.map((table) => csvFile(table, read, null).text).join('');
    expect(values.filter(({ text }) => !files.includes(text))).toEqual([]);
  });
});

/** A head is the path of the value, of the number that it is part of, or of the list whose names are heads. */
function isHeadOf(head: string, path: string): boolean {
  const [list, last] = [path.slice(0, path.lastIndexOf('.')), path.slice(path.lastIndexOf('.'))];
  return (
    head === path ||
    (last === '.value' && head === list) ||
    head.startsWith(`${list}.`) ||
    isNamedValue(head, list)
  );
}

/** The heads of named values that are constants stand alone: `WEEK` in place of `labels.WEEK`. */
function isNamedValue(head: string, list: string): boolean {
  return /\.[A-Z_]+$/.test(head) && head.startsWith(`${list.slice(0, list.lastIndexOf('.'))}.`);
}

interface Value {
  path: string;
  text: string;
}

/** Every scalar of an answer, with its path without places in lists. */
function valuesOf(value: unknown, path: string): Value[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesOf(item, path));
  if (!isObject(value)) return [{ path, text: String(value) }];
  // The title stands for the name of a column of statistics, and how its cells look for its kind.
  const isSaidOtherwise = (name: string) =>
    path.endsWith('.columns') && isFlatTable({ columns: [value], rows: [] }) && /^(name|kind)$/.test(name);
  return Object.entries(value)
    .filter(([name]) => name !== '__typename' && !isSaidOtherwise(name))
    .flatMap(([name, inside]) => valuesOf(inside, path === '' ? name : `${path}.${name}`));
}

/** Executes a document over invented data: two items in each list, and no text or number twice. */
function inventedAnswer(name: string, variant: number) {
  const document = readFileSync(join(FOLDER, `${name}.graphql`), 'utf8');
  let invented = 100;
  const invent = (type: GraphQLOutputType): unknown => {
    const nullable = getNullableType(type);
    if (isListType(nullable)) return [invent(nullable.ofType), invent(nullable.ofType)];
    invented += 1;
    if (isEnumType(nullable)) {
      const values = nullable.getValues();
      return values[invented % values.length]!.value;
    }
    if (!isLeafType(nullable)) return {};
    switch (nullable.name) {
      case 'Boolean':
        return false;
      case 'Int':
      case 'Float':
        return invented;
      default:
        return `text ${invented}`;
    }
  };
  return executeSync({
    schema,
    document: parse(document),
    variableValues: { ...examples[name] },
    rootValue: {},
    fieldResolver: (_source, _args, _context, { returnType }) => invent(returnType),
    typeResolver: (_value, _context, _info, type) => {
      if (!isAbstractType(type)) return undefined;
      const answers = schema
        .getPossibleTypes(type)
        .filter((one) => !one.getInterfaces().some((other) => other.name === 'Problem'));
      const chosen = answers[variant % answers.length];
      return isObjectType(chosen) ? chosen.name : undefined;
    },
  });
}
