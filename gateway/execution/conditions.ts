import {
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  valueFromASTUntyped,
  visit,
  type DirectiveNode,
  type DocumentNode,
  type OperationDefinitionNode,
} from 'graphql';

/** The variables of an operation that `@skip` and `@include` go by, with their values at one request. */
export type ConditionValues = ReadonlyMap<string, boolean>;

/**
 * @param document the operation with its fragments, and no other: what is no condition of this operation has no value here
 * @returns a function that reads the values; null where one is no Boolean, so that nothing is known of what is asked for
 */
export function conditionReader(
  document: DocumentNode,
  { variableDefinitions = [] }: OperationDefinitionNode,
): (variables: Record<string, unknown>) => ConditionValues | null {
  const names = conditionVariables(document);
  const defaults = new Map(
    variableDefinitions.flatMap(({ variable, defaultValue }): [string, unknown][] =>
      defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)]],
    ),
  );
  return (variables) => {
    const values = new Map<string, boolean>();
    for (const name of names) {
      const given = variables[name];
      const value = given === undefined ? defaults.get(name) : given;
      if (typeof value !== 'boolean') return null;
      values.set(name, value);
    }
    return values;
  };
}

/** https://spec.graphql.org/October2021/#sec--skip and the section after it. */
export function isIncluded(directives: readonly DirectiveNode[], values: ConditionValues): boolean {
  return directives.every((directive) => {
    if (directive.name.value === GraphQLSkipDirective.name) return !holds(directive, values);
    return directive.name.value !== GraphQLIncludeDirective.name || holds(directive, values);
  });
}

function holds(directive: DirectiveNode, values: ConditionValues): boolean {
  const condition = conditionOf(directive);
  if (condition?.kind === Kind.VARIABLE) return values.get(condition.name.value) === true;
  return condition?.kind === Kind.BOOLEAN && condition.value;
}

function conditionVariables(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(document, {
    Directive(directive) {
      const condition = isCondition(directive) ? conditionOf(directive) : undefined;
      if (condition?.kind === Kind.VARIABLE) names.add(condition.name.value);
    },
  });
  return names;
}

function isCondition({ name }: DirectiveNode): boolean {
  return name.value === GraphQLSkipDirective.name || name.value === GraphQLIncludeDirective.name;
}

function conditionOf({ arguments: given = [] }: DirectiveNode) {
  return given.find(({ name }) => name.value === 'if')?.value;
}
