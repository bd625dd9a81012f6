import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RuleTester, type Rule } from 'eslint';
import { buildSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';

const { headlessWord, plugin } = jest.requireActual<{
  headlessWord(sentence: string): string | null;
  plugin: { rules: Record<'headless-comment', Rule.RuleModule> };
}>('./headless-comment.cjs');

const headless = (code: string, word: string) => ({
  code,
  errors: [{ messageId: 'headless', data: { word } }],
});

new RuleTester().run('headless-comment', plugin.rules['headless-comment'], {
  valid: [
    '/** Returns the free slots between `from` and `to`. */',
    '/** Longest time that a client waits. */',
    '/**\n * Retries once,\n * of several reasons this is one. */',
    '/** Whatsoever. */',
    '/** `of` is a name. */',
    '/** @returns whether the hold has expired. */',
    '/** @throws Error where the port is taken. */',
    '// What follows is no doc comment.',
    '/* Of no interest to readers of the name. */',
  ],
  invalid: [
    headless('/** What a hold keeps. */', 'What'),
    headless('/** Of one practice. */', 'Of'),
    headless('/** Told when the client has gone. */', 'Told'),
    headless('/**\n * Whether it has expired. */', 'Whether'),
    headless('const limits = {\n  /** How long it lasts. */\n  ms: 1,\n};', 'How'),
    headless('/** by id */', 'by'),
    headless('/** Reads a key. @returns what it opens. */', 'what'),
    headless('/** @param ms how long it lasts. */', 'how'),
  ],
});

it('finds no headless description in the schema that clients read', () => {
  const schema = buildSchema(readFileSync(join(__dirname, '..', '..', 'schema', 'api.graphql'), 'utf8'), {
    assumeValid: true,
  });
  const described = Object.values(schema.getTypeMap()).flatMap((type) => {
    const fields =
      isObjectType(type) || isInterfaceType(type)
        ? Object.values(type.getFields()).flatMap((field) => [field, ...field.args])
        : isInputObjectType(type)
          ? Object.values(type.getFields())
          : isEnumType(type)
            ? type.getValues()
            : [];
    return [type, ...fields].flatMap(({ name, description }) =>
      headlessWord(description ?? '') === null ? [] : [`${type.name}.${name}: ${description ?? ''}`],
    );
  });

  expect(described).toEqual([]);
});
