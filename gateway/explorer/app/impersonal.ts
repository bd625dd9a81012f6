import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
  Kind,
  parse,
  print,
  typeFromAST,
  visit,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';

/** A query with its variables, of which nothing can be about a person. */
export interface Impersonal {
  /** Without comments, which may say anything. */
  query: string;
  /** JSON; null where some variable may be about a person. */
  variables: string | null;
}

/** Text in a period: `2026-11-01`, an instant, a week or a month. */
const PERIOD = new Set(['from', 'to']);
const TIME = /^\d{4}-(W\d\d|\d\d(-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?)?)$/;
/** Its values are those of columns that are published for everybody. */
const PUBLISHED_VALUES = 'StatisticsFilterInput';
/** Names of areas and complaints, codes of organisations and postcode districts; no NHS number, no telephone number. */
const PUBLISHED_VALUE = /^(?!(.*\d){7})[\p{L}\d][\p{L}\d ,’'()&/-]{0,59}$/u;
/** NHS numbers and telephone numbers are longer. */
const MAX_NUMBER = 1_000_000;

/**
 * Keeps of a query what may stay in a browser or be handed on in a link: no text but times of a period, no long number.
 * Null where the query itself holds such text, or is none. Without a schema no constant and no variable is known, and
 * none is kept.
 */
export function impersonal(
  query: string,
  variables: string,
  schema: GraphQLSchema | null,
): Impersonal | null {
  const document = parsedQuery(query);
  if (document === null || holdsText(document, schema)) return null;
  const values = parsedVariables(variables);
  const keeps = values !== null && variablesAreImpersonal(document, values, schema);
  return { query: print(document), variables: keeps ? JSON.stringify(values) : null };
}

function parsedQuery(query: string): DocumentNode | null {
  try {
    return parse(query, { noLocation: true });
  } catch {
    return null;
  }
}

function parsedVariables(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text.trim() === '' ? '{}' : text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

/** Text, long numbers and words that are no constant, where they stand in the query itself. */
function holdsText(document: DocumentNode, schema: GraphQLSchema | null): boolean {
  let found = false;
  const constants = constantsOf(schema);
  const names: string[] = [];
  const named = {
    enter: ({ name }: { name: { value: string } }) => void names.push(name.value),
    leave: () => void names.pop(),
  };
  visit(document, {
    Argument: named,
    ObjectField: named,
    StringValue: ({ value }) => {
      if (!isTime(value, names.at(-1))) found = true;
    },
    EnumValue: ({ value }) => {
      if (!constants.has(value)) found = true;
    },
    IntValue: ({ value }) => {
      if (!isSmall(Number(value))) found = true;
    },
    FloatValue: ({ value }) => {
      if (!isSmall(Number(value))) found = true;
    },
  });
  return found;
}

function constantsOf(schema: GraphQLSchema | null): ReadonlySet<string> {
  const enums = Object.values(schema?.getTypeMap() ?? {}).filter(isEnumType);
  return new Set(enums.flatMap((type) => type.getValues().map(({ name }) => name)));
}

function variablesAreImpersonal(
  document: DocumentNode,
  values: Record<string, unknown>,
  schema: GraphQLSchema | null,
): boolean {
  const given = Object.entries(values);
  if (given.length === 0) return true;
  if (schema === null) return false;
  const declared = document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? (definition.variableDefinitions ?? []) : [],
  );
  return given.every(([name, value]) => {
    const definition = declared.find(({ variable }) => variable.name.value === name);
    const type = definition === undefined ? undefined : inputType(schema, definition.type);
    return type !== undefined && isImpersonal(value, type, name);
  });
}

function inputType(
  schema: GraphQLSchema,
  node: Parameters<typeof typeFromAST>[1],
): GraphQLInputType | undefined {
  const type = typeFromAST(schema, node);
  const named = getNamedType(type);
  return type && (isEnumType(named) || isScalarType(named) || isInputObjectType(named))
    ? (type as GraphQLInputType)
    : undefined;
}

function isImpersonal(value: unknown, type: GraphQLInputType, name: string): boolean {
  if (value === null) return true;
  if (isNonNullType(type)) return isImpersonal(value, type.ofType, name);
  if (isListType(type)) {
    const inside: GraphQLInputType = type.ofType;
    return Array.isArray(value)
      ? value.every((item) => isImpersonal(item, inside, name))
      : isImpersonal(value, inside, name);
  }
  if (isEnumType(type)) return typeof value === 'string' && type.getValue(value) !== undefined;
  if (isScalarType(type)) return typeof value === 'boolean' || isSmall(value) || isTime(value, name);
  if (typeof value !== 'object') return false;
  if (type.name === PUBLISHED_VALUES) return isPublishedFilter(value);
  const fields = type.getFields();
  return Object.entries(value).every(([field, inside]: [string, unknown]) => {
    const known = fields[field];
    return known !== undefined && isImpersonal(inside, known.type, field);
  });
}

function isPublishedFilter(filter: object): boolean {
  return Object.values(filter)
    .flat()
    .every((value: unknown) => typeof value === 'string' && PUBLISHED_VALUE.test(value.replaceAll('_', ' ')));
}

function isSmall(value: unknown): boolean {
  // A place on the map has decimals.
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < MAX_NUMBER;
}

function isTime(value: unknown, name: string | undefined): boolean {
  return typeof value === 'string' && name !== undefined && PERIOD.has(name) && TIME.test(value);
}
