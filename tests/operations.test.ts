import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  getVariableValues,
  Kind,
  parse,
  validate,
  type DocumentNode,
  type OperationDefinitionNode,
} from 'graphql';
import { z } from 'zod';

const SCHEMA = join(__dirname, '..', 'schema');
const FOLDER = join(SCHEMA, 'operations');
const api = buildSchema(readFileSync(join(SCHEMA, 'api.graphql'), 'utf8'));
const examples = z
  .record(z.string(), z.record(z.string(), z.unknown()))
  .parse(JSON.parse(readFileSync(join(FOLDER, 'examples.json'), 'utf8')));
const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.graphql'))
  .map((file) => file.replace('.graphql', ''));

describe("the front end's documents", () => {
  it('each have example variables, and no others do', () => {
    expect(Object.keys(examples).sort()).toEqual(names.sort());
  });

  describe.each(names)('%s', (name) => {
    it('is valid against the published schema', () => {
      expect(validate(api, read(name))).toEqual([]);
    });

    it('holds one operation, named like the file, under a line that says what it is for', () => {
      expect(operations(read(name)).map((operation) => operation.name?.value)).toEqual([name]);
      expect(text(name)).toMatch(/^# \S.*[.?]\n/);
    });

    it('takes its example variables and leaves none of them unused', () => {
      const declared = operations(read(name)).flatMap(({ variableDefinitions }) => variableDefinitions ?? []);
      const given = examples[name]!;
      expect(getVariableValues(api, declared, given)).toHaveProperty(
        'coerced',
        expect.objectContaining(given),
      );
      expect(declared.map(({ variable }) => variable.name.value)).toEqual(
        expect.arrayContaining(Object.keys(given)),
      );
    });
  });
});

function text(name: string): string {
  return readFileSync(join(FOLDER, `${name}.graphql`), 'utf8');
}

function read(name: string): DocumentNode {
  return parse(text(name));
}

function operations(document: DocumentNode): OperationDefinitionNode[] {
  return document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
}
