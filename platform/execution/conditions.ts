import {
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  valueFromASTUntyped,
  visit,
  type DirectiveNode,
  type DocumentNode,
  type OperationDefinitionNode,
  type ValueNode,
} from 'graphql';

/** Values of the variables that decide `@skip` and `@include`, for one request. */
export type ConditionValues = ReadonlyMap<string, boolean>;

/**
 * Reads the conditions of an operation from the variables of a request.
 * @param document the operation with its fragments, and no other operation: its variables have no value here
 * @returns a function that returns null where a condition is not a Boolean, so that the selected fields are unknown
 */
export function conditionReader(
  document: DocumentNode,
  { variableDefinitions = [] }: OperationDefinitionNode,
): (variables: Readonly<Record<string, unknown>>) => ConditionValues | null {
  const names = conditionVariables(document);
  const defaults = new Map(
    variableDefinitions.flatMap(({ variable, defaultValue }): [string, unknown][] =>
      defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)]],
    ),
  );
  return (variables) => {
    const values = new Map<string, boolean>();
    for (const name of names) {
      const sent = variables[name];
      const value = sent === undefined ? defaults.get(name) : sent;
      if (typeof value !== 'boolean') return null;
      values.set(name, value);
    }
    return values;
  };
}

/** https://spec.graphql.org/October2021/#sec--skip and the section after it: a selection needs the consent of both. */
export function isIncluded(directives: readonly DirectiveNode[], values: ConditionValues): boolean {
  return directives.every((directive) => {
    if (directive.name.value === GraphQLSkipDirective.name) return !isTrue(directive, values);
    return directive.name.value !== GraphQLIncludeDirective.name || isTrue(directive, values);
  });
}

function isTrue(directive: DirectiveNode, values: ConditionValues): boolean {
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

function conditionOf({ arguments: nodes = [] }: DirectiveNode): ValueNode | undefined {
  return nodes.find(({ name }) => name.value === 'if')?.value;
}
