import {
  coerceInputValue,
  getVariableValues,
  isInputType,
  isNonNullType,
  typeFromAST,
  type GraphQLError,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from 'graphql';

/** What is wrong with the variables of one request; empty when they may be used. */
export type VariableCheck = (variables: Record<string, unknown>) => readonly GraphQLError[];

const NOTHING_WRONG: readonly GraphQLError[] = [];

/**
 * graphql-js words what is wrong. It looks up types and makes values again each time, so it is asked only where something
 * is: https://spec.graphql.org/October2021/#sec-Coercing-Variable-Values.
 */
export function variableCheck(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
): VariableCheck {
  const inputs = definitions.map(({ variable, type, defaultValue }) => ({
    name: variable.name.value,
    type: typeFromAST(schema, type),
    hasDefault: defaultValue !== undefined,
  }));

  function fits({ name, type, hasDefault }: (typeof inputs)[number], variables: Record<string, unknown>) {
    if (!isInputType(type)) return false;
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value === undefined) return hasDefault || !isNonNullType(type);
    let isRight = true;
    coerceInputValue(value, type, () => {
      isRight = false;
    });
    return isRight;
  }

  return (variables) =>
    inputs.every((input) => fits(input, variables))
      ? NOTHING_WRONG
      : (getVariableValues(schema, definitions, variables).errors ?? NOTHING_WRONG);
}
