import {
  GraphQLID,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  typeFromAST,
  visit,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';

type Ids = (variables: Record<string, unknown>) => string[];
type Collect = (value: unknown, into: Set<string>) => void;

/** Collects every `ID` in a request's variables or document: the people and things that it is about. */
export function idsGiven(
  operation: OperationDefinitionNode,
  document: DocumentNode,
  schema: GraphQLSchema,
): Ids {
  const written = textsIn(document);
  const collectors = (operation.variableDefinitions ?? []).flatMap(({ variable, type }) => {
    const known = typeFromAST(schema, type);
    const collect = isInputType(known) ? collectorOf(known, new Map()) : null;
    return collect === null ? [] : [[variable.name.value, collect] as const];
  });
  return (variables) => {
    const ids = new Set(written);
    for (const [name, collect] of collectors) collect(variables[name], ids);
    return [...ids];
  };
}

/** Collects every string in it: published documents have none, and in others an id looks like any other string. */
function textsIn(document: DocumentNode): string[] {
  const texts: string[] = [];
  visit(document, {
    StringValue({ value }) {
      texts.push(value);
    },
  });
  return texts;
}

/** Null for a type without any id in it. */
function collectorOf(type: GraphQLInputType, known: Map<string, Collect>): Collect | null {
  const nullable = isNonNullType(type) ? type.ofType : type;
  if (nullable === GraphQLID)
    return (value, into) => {
      if (typeof value === 'string' || typeof value === 'number') into.add(String(value));
    };
  if (isListType(nullable)) {
    const each = collectorOf(nullable.ofType, known);
    if (each === null) return null;
    return (value, into) => {
      for (const one of Array.isArray(value) ? value : [value]) each(one, into);
    };
  }
  if (!isInputObjectType(nullable)) return null;
  const before = known.get(nullable.name);
  if (before !== undefined) return before;
  const fields = new Map<string, Collect>();
  const collect: Collect = (value, into) => {
    if (typeof value !== 'object' || value === null) return;
    const entries = new Map(Object.entries(value));
    for (const [name, collectField] of fields) collectField(entries.get(name), into);
  };
  // An input type may contain itself.
  known.set(nullable.name, collect);
  for (const { name, type: inner } of Object.values(nullable.getFields())) {
    const collectField = collectorOf(inner, known);
    if (collectField !== null) fields.set(name, collectField);
  }
  return fields.size === 0 ? null : collect;
}
