import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import headlessComment from './scripts/lint/headless-comment.cjs';

export default defineConfig(
  { ignores: ['dist/', 'data/', 'node_modules/', '**/*.mjs', '**/*.cjs'] },
  tseslint.configs.strictTypeChecked,
  { plugins: { language: headlessComment.plugin }, rules: { 'language/headless-comment': 'error' } },
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      // type-graphql's types and resolvers are classes with decorators and, often, nothing else.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true, allowEmpty: true }],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only config.ts reads the environment.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "Property[key.name='err'] > :not(Identifier, CallExpression[callee.name='loggableError'])",
          message: 'Errors of libraries carry passwords and values: log loggableError(error).',
        },
        {
          selector: "CallExpression[callee.object.name='logger'] > Identifier[name='error'].arguments",
          message: 'Errors of libraries carry passwords and values: log loggableError(error).',
        },
        {
          selector: "CallExpression[callee.object.name='logger'] Property[value.name='error']",
          message: 'Errors of libraries carry passwords and values: log loggableError(error).',
        },
        {
          selector: "Property[key.name='err'][value.type='Identifier']",
          message: 'Errors of libraries carry passwords and values: log loggableError(error).',
        },
      ],
      'no-console': 'error',
      // Objects here are made by factories and close over what they need; `this` is not used outside classes.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreVoidReturningFunctions: true, ignoreArrowShorthand: true },
      ],
    },
  },
  {
    files: ['main.ts', 'tests/**', '**/*.test.ts', 'scripts/**', 'bench/**'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    ignores: ['tests/**', '**/*.test.ts'],
    rules: {
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: false, skipComments: false }],
      'max-params': 'off',
      '@typescript-eslint/max-params': ['error', { max: 4 }],
    },
  },
  { files: ['scripts/**', 'bench/**', 'main.ts', 'tests/**'], rules: { 'no-console': 'off' } },
  { files: ['domain/loggable-error.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['**/*.test.ts', 'tests/**', '**/conformance/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', 'no-restricted-syntax': 'off' },
  },
);
