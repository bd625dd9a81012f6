import {
  coerceInputValue,
  GraphQLError,
  isInputType,
  isNonNullType,
  Kind,
  typeFromAST,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from 'graphql';
import type { RequestRefusal } from '../error-codes';
import { clientMistakes, MAX_ERRORS, quotedName } from './client-errors';

/**
 * Returns the refusal of a request for its variables; null when they are valid. The work is bounded by the size of the
 * variables, and the refusal by MAX_ERRORS. It repeats no value, which may be personal.
 */
export type VariableCheck = (variables: Readonly<Record<string, unknown>>) => RequestRefusal | null;

interface Declared {
  name: string;
  definition: VariableDefinitionNode;
  type: GraphQLInputType | undefined;
  /** A variable that may be null, used where null may not be: https://spec.graphql.org/October2021/#IsVariableUsageAllowed() */
  isNeeded: boolean;
}

/** Thrown where the rest of a value need not be checked. */
const ENOUGH = new Error('Enough errors are known.');

/**
 * Follows https://spec.graphql.org/October2021/#sec-Coercing-Variable-Values.
 * @param document the operation with its fragments, and no other
 */
export function variableCheck(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  document: DocumentNode,
): VariableCheck {
  const needed = usedWhereNullIsNot(schema, document);
  const inputs = (operation.variableDefinitions ?? []).map((definition): Declared => {
    const type = typeFromAST(schema, definition.type);
    const name = definition.variable.name.value;
    return { name, definition, type: isInputType(type) ? type : undefined, isNeeded: needed.has(name) };
  });

  return (variables) => {
    if (inputs.every((input) => fits(input, variables))) return null;
    const errors: GraphQLError[] = [];
    for (const input of inputs) if (errors.length < MAX_ERRORS) collectErrors(input, variables, errors);
    return clientMistakes(errors, 'BAD_USER_INPUT');
  };
}

/** Stops at the first error: messages are made for invalid variables only. */
function fits(input: Declared, variables: Readonly<Record<string, unknown>>): boolean {
  if (input.type === undefined) return false;
  const value = valueOf(input, variables);
  if (value === undefined) return !isNonNullType(input.type);
  if (value === DEFAULT) return true;
  if (value === null) return !input.isNeeded && !isNonNullType(input.type);
  try {
    coerceInputValue(value, input.type, stop, HIDE_SUGGESTIONS);
    return true;
  } catch {
    return false;
  }
}

const HIDE_SUGGESTIONS = true;

function stop(): never {
  throw ENOUGH;
}

const DEFAULT = Symbol('the default of the definition, which validation has checked');

function valueOf(
  { name, definition: { defaultValue } }: Declared,
  variables: Readonly<Record<string, unknown>>,
): unknown {
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (value !== undefined || defaultValue === undefined) return value;
  return defaultValue.kind === Kind.NULL ? null : DEFAULT;
}

function collectErrors(
  input: Declared,
  variables: Readonly<Record<string, unknown>>,
  errors: GraphQLError[],
): void {
  const { name, definition, type } = input;
  const report = (message: string) => errors.push(new GraphQLError(message, { nodes: definition }));
  const variable = `Variable ${quotedName(name).replace('"', '"$')}`;
  const value = valueOf(input, variables);
  if (type === undefined || value === DEFAULT) return;
  if (value === undefined) {
    if (isNonNullType(type)) report(`${variable} of required type "${type.toString()}" was not provided.`);
    return;
  }
  if (value === null) {
    if (isNonNullType(type)) report(`${variable} of non-null type "${type.toString()}" must not be null.`);
    else if (input.isNeeded) report(`${variable} must not be null where it is used.`);
    return;
  }
  try {
    coerceInputValue(value, type, onError, HIDE_SUGGESTIONS);
  } catch (error) {
    if (error !== ENOUGH) throw error;
  }

  function onError(path: readonly (string | number)[], _: unknown, error: GraphQLError): void {
    report(`${variable} got an invalid value${placeOf(name, path)}; ${reasonOf(error)}`);
    if (errors.length >= MAX_ERRORS) throw ENOUGH;
  }
}

/** Repeats what graphql-js reports about types, and leaves out what it, or a scalar, reports about values. */
function reasonOf({ message }: GraphQLError): string {
  const unknown = /^Field "([^]*)" is not defined by type "(\w+)"\.$/.exec(message);
  if (unknown?.[1] !== undefined) return `type "${unknown[2]}" has no field ${quotedName(unknown[1])}.`;
  return OF_TYPES.test(message) ? message : 'the value is not what its type allows.';
}

const OF_TYPES =
  /^(?:Field "\w+" of required type "[\w[\]!]+" was not provided\.|Expected (?:non-nullable )?type "[\w[\]!]+" (?:not )?to be (?:null|an object)\.)$/;

/** Names the place, such as ` at "input.optionIds[3]"`. Its names are the schema's: only what the schema has is coerced. */
function placeOf(name: string, path: readonly (string | number)[]): string {
  if (path.length === 0) return '';
  return ` at "${name}${path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')}"`;
}

function usedWhereNullIsNot(schema: GraphQLSchema, document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      VariableDefinition: () => false,
      Variable({ name }) {
        if (isNonNullType(types.getInputType())) names.add(name.value);
      },
    }),
  );
  return names;
}
