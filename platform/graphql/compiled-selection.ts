import {
  defaultFieldResolver,
  defaultTypeResolver,
  getArgumentValues,
  getNullableType,
  GraphQLError,
  GraphQLID,
  GraphQLString,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  locatedError,
  responsePathAsArray,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { collectFields, collectSubfields } from 'graphql/execution/collectFields';
import { inspect } from 'graphql/jsutils/inspect';
import { badUserInput } from './bad-user-input';
import type { CollectedErrors, Path } from './collected-errors';

/**
 * The selections of an operation as functions made once, which do what graphql-js finds out anew for every object:
 * which fields are asked for, what type they have, how their values are completed. They follow graphql-js in every
 * answer and error, but for one thing: a list in which one element fails at once while others are being waited for
 * does not leave a rejection behind that nobody handles, which ends the process.
 */
export interface Compiling {
  schema: GraphQLSchema;
  operation: OperationDefinitionNode;
  fragments: Record<string, FragmentDefinitionNode>;
  /** The variables that `@skip` and `@include` go by. */
  conditions: Record<string, boolean>;
}

/** One execution. */
export interface Execution {
  context: unknown;
  rootValue: unknown;
  variableValues: Record<string, unknown>;
  errors: CollectedErrors;
}

export type Fields = Record<string, unknown>;
type MaybePromise<T> = T | Promise<T>;

/** Runs one field of an object. @throws GraphQLError when it is null and may not be */
export interface CompiledField {
  responseName: string;
  run(execution: Execution, source: unknown, parentPath: Path | undefined): unknown;
}

/** Turns what a resolver gave into what is answered. */
type Complete = (execution: Execution, value: unknown, path: Path, info: GraphQLResolveInfo) => unknown;

/** The fields of the operation itself. */
export function compileRoot(root: GraphQLObjectType, on: Compiling): CompiledField[] {
  const { schema, fragments, conditions, operation } = on;
  const fields = collectFields(schema, fragments, conditions, root, operation.selectionSet);
  return compileFields(root, fields, on);
}

function compileFields(
  type: GraphQLObjectType,
  fields: Map<string, readonly FieldNode[]>,
  on: Compiling,
): CompiledField[] {
  return [...fields].flatMap(([responseName, nodes]) => {
    const field = fieldOf(type, nodes, on.schema);
    return field === undefined ? [] : [compileField(type, field, responseName, nodes, on)];
  });
}

function fieldOf(
  type: GraphQLObjectType,
  [node]: readonly FieldNode[],
  schema: GraphQLSchema,
): GraphQLField<unknown, unknown> | undefined {
  const name = node?.name.value ?? '';
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  const ofSchema = [SchemaMetaFieldDef, TypeMetaFieldDef].find((field) => field.name === name);
  return ofSchema !== undefined && type === schema.getQueryType() ? ofSchema : type.getFields()[name];
}

function compileField(
  parentType: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  responseName: string,
  fieldNodes: readonly FieldNode[],
  on: Compiling,
): CompiledField {
  const { schema, operation, fragments } = on;
  const resolve = field.resolve ?? defaultFieldResolver;
  // Where a field is selected twice, validation has seen to it that the arguments are the same.
  const argumentsOf = argumentReader(field, fieldNodes[0]);
  const complete = compileComplete(field.type, fieldNodes, on);
  const isNullable = !isNonNullType(field.type);
  const failed = failure(fieldNodes, isNullable);

  function run(execution: Execution, source: unknown, prev: Path | undefined): unknown {
    const path: Path = { prev, key: responseName, typename: parentType.name };
    try {
      const { rootValue, variableValues } = execution;
      const info: GraphQLResolveInfo = {
        fieldName: field.name,
        fieldNodes,
        returnType: field.type,
        parentType,
        path,
        schema,
        fragments,
        rootValue,
        operation,
        variableValues,
      };
      const value: unknown = resolve(source, argumentsOf(variableValues), execution.context, info);
      return settle(complete, failed, execution, value, path, info);
    } catch (error) {
      return failed(execution, error, path);
    }
  }
  const type = getNullableType(field.type);
  if (field.resolve !== undefined || !isLeafType(type)) return { responseName, run };
  const readLeaf = leafReader(field.name, type, isNullable);
  return {
    responseName,
    run(execution, source, prev) {
      const leaf = readLeaf(source);
      return leaf === undefined ? run(execution, source, prev) : leaf;
    },
  };
}

type Failed = (execution: Execution, raw: unknown, path: Path) => null;

/** Where null may be, the error is noted and the answer is null; else it is for what is around it. */
function failure(fieldNodes: readonly FieldNode[], isNullable: boolean): Failed {
  return (execution, raw, path) => {
    const error = locatedError(raw, fieldNodes, responsePathAsArray(path));
    if (!isNullable) throw error;
    execution.errors.add(error, path);
    return null;
  };
}

/** @throws what fails at once; what fails later is settled by `failed`. */
function settle(
  complete: Complete,
  failed: Failed,
  execution: Execution,
  value: unknown,
  path: Path,
  info: GraphQLResolveInfo,
): unknown {
  const completed = isPromise(value)
    ? value.then((resolved) => complete(execution, resolved, path, info))
    : complete(execution, value, path, info);
  return isPromise(completed)
    ? completed.then(undefined, (error: unknown) => failed(execution, error, path))
    : completed;
}

/**
 * Most of an answer is properties that are there already: they need neither a path nor whatever else resolvers are told.
 * @returns a function that answers undefined where that is not enough: a promise, a method, or something wrong.
 */
function leafReader(name: string, type: GraphQLLeafType, isNullable: boolean): (source: unknown) => unknown {
  const isText = type === GraphQLString || type === GraphQLID;
  return (source) => {
    if (typeof source !== 'object' || source === null) return undefined;
    try {
      // A getter, or a proxy, may throw: then the field is run as any other, which reports it.
      const value: unknown = Reflect.get(source, name);
      if (value === null || value === undefined) return isNullable ? null : undefined;
      if (typeof value === 'string' && isText) return value;
      if (typeof value === 'function' || (typeof value === 'object' && !(value instanceof Date)))
        return undefined;
      return type.serialize(value) ?? undefined;
    } catch {
      return undefined;
    }
  };
}

function argumentReader(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode | undefined,
): (variableValues: Record<string, unknown>) => Record<string, unknown> {
  if (node === undefined || field.args.length === 0) return () => ({});
  return (variableValues) => {
    try {
      return getArgumentValues(field, node, variableValues);
    } catch (error) {
      throw error instanceof GraphQLError ? wrongArgument(error) : error;
    }
  };
}

/** Without the value, which may be anybody's: `Argument "from" has invalid value "…".` */
function wrongArgument(error: GraphQLError): GraphQLError {
  return badUserInput(
    error.message.replace(/ has invalid value [^]*$/, ' has a value that its type does not allow.'),
    error,
  );
}

function compileComplete(type: GraphQLOutputType, fieldNodes: readonly FieldNode[], on: Compiling): Complete {
  const complete = compilePresent(getNullableType(type), fieldNodes, on);
  if (!isNonNullType(type))
    return (execution, value, path, info) => {
      if (value instanceof Error) throw value;
      return value === null || value === undefined ? null : complete(execution, value, path, info);
    };
  return (execution, value, path, info) => {
    if (value instanceof Error) throw value;
    if (value === null || value === undefined)
      throw new Error(`Cannot return null for non-nullable field ${info.parentType.name}.${info.fieldName}.`);
    return complete(execution, value, path, info);
  };
}

function compilePresent(type: GraphQLOutputType, fieldNodes: readonly FieldNode[], on: Compiling): Complete {
  if (isListType(type)) return compileList(type.ofType, fieldNodes, on);
  if (isLeafType(type)) return compileLeaf(type);
  if (isAbstractType(type)) return compileAbstract(type, fieldNodes, on);
  if (isObjectType(type)) return compileObject(type, fieldNodes, on);
  throw new Error(`Cannot complete value of unexpected output type: ${inspect(type)}`);
}

function compileLeaf(type: GraphQLLeafType): Complete {
  const isText = type === GraphQLString || type === GraphQLID;
  return (_, value) => {
    if (isText && typeof value === 'string') return value;
    const serialized: unknown = type.serialize(value);
    if (serialized === null || serialized === undefined)
      throw new Error(
        `Expected \`${inspect(type)}.serialize(${inspect(value)})\` to return non-nullable value, returned: ${inspect(serialized)}`,
      );
    return serialized;
  };
}

function compileList(type: GraphQLOutputType, fieldNodes: readonly FieldNode[], on: Compiling): Complete {
  const complete = compileComplete(type, fieldNodes, on);
  const failed = failure(fieldNodes, !isNonNullType(type));

  function element(execution: Execution, value: unknown, path: Path, info: GraphQLResolveInfo): unknown {
    try {
      return settle(complete, failed, execution, value, path, info);
    } catch (error) {
      return failed(execution, error, path);
    }
  }

  return (execution, values, prev, info) => {
    if (!isIterableObject(values))
      throw new GraphQLError(
        `Expected Iterable, but did not find one for field "${info.parentType.name}.${info.fieldName}".`,
      );
    const completed: unknown[] = [];
    let isWaiting = false;
    try {
      for (const value of values) {
        const one = element(execution, value, { prev, key: completed.length, typename: undefined }, info);
        isWaiting ||= isPromise(one);
        completed.push(one);
      }
    } catch (error) {
      // Nobody waits for the elements before any more; their failures are not news.
      for (const one of completed) if (isPromise(one)) one.then(undefined, () => undefined);
      throw error;
    }
    return isWaiting ? Promise.all(completed) : completed;
  };
}

function compileObject(type: GraphQLObjectType, fieldNodes: readonly FieldNode[], on: Compiling): Complete {
  let fields: CompiledField[] | undefined;
  const fieldsOf = () =>
    (fields ??= compileFields(
      type,
      collectSubfields(on.schema, on.fragments, on.conditions, type, fieldNodes),
      on,
    ));
  const { isTypeOf } = type;
  if (isTypeOf === undefined || isTypeOf === null)
    return (execution, value, path) => runFields(fieldsOf(), execution, value, path);

  return (execution, value, path, info) => {
    const check = (isOfType: boolean) => {
      if (!isOfType)
        throw new GraphQLError(`Expected value of type "${type.name}" but got: ${inspect(value)}.`, {
          nodes: fieldNodes,
        });
      return runFields(fieldsOf(), execution, value, path);
    };
    const isOfType = isTypeOf(value, execution.context, info);
    return isPromise(isOfType) ? isOfType.then(check) : check(isOfType);
  };
}

function compileAbstract(
  type: GraphQLAbstractType,
  fieldNodes: readonly FieldNode[],
  on: Compiling,
): Complete {
  const objects = new Map<string, Complete>();
  const resolveType = type.resolveType ?? defaultTypeResolver;

  function completeAs(name: unknown, value: unknown, info: GraphQLResolveInfo): Complete {
    const known = typeof name === 'string' ? objects.get(name) : undefined;
    if (known !== undefined) return known;
    const object = runtimeType(name, value, info, type, fieldNodes, on.schema);
    const complete = compileObject(object, fieldNodes, on);
    objects.set(object.name, complete);
    return complete;
  }

  return (execution, value, path, info) => {
    const name = resolveType(value, execution.context, info, type);
    return isPromise(name)
      ? name.then((resolved) => completeAs(resolved, value, info)(execution, value, path, info))
      : completeAs(name, value, info)(execution, value, path, info);
  };
}

/** https://spec.graphql.org/October2021/#ResolveAbstractType() */
function runtimeType(
  name: unknown,
  value: unknown,
  { parentType, fieldName }: GraphQLResolveInfo,
  abstract: GraphQLAbstractType,
  nodes: readonly FieldNode[],
  schema: GraphQLSchema,
): GraphQLObjectType {
  const field = `"${parentType.name}.${fieldName}"`;
  if (name === null || name === undefined)
    throw new GraphQLError(
      `Abstract type "${abstract.name}" must resolve to an Object type at runtime for field ${field}. Either the "${abstract.name}" type should provide a "resolveType" function or each possible type should provide an "isTypeOf" function.`,
      { nodes },
    );
  if (typeof name !== 'string')
    throw new GraphQLError(
      `Abstract type "${abstract.name}" must resolve to an Object type at runtime for field ${field} with value ${inspect(value)}, received "${inspect(name)}".`,
    );
  const type = schema.getType(name);
  if (type === undefined)
    throw new GraphQLError(
      `Abstract type "${abstract.name}" was resolved to a type "${name}" that does not exist inside the schema.`,
      { nodes },
    );
  if (!isObjectType(type))
    throw new GraphQLError(`Abstract type "${abstract.name}" was resolved to a non-object type "${name}".`, {
      nodes,
    });
  if (!schema.isSubType(abstract, type))
    throw new GraphQLError(
      `Runtime Object type "${type.name}" is not a possible type for "${abstract.name}".`,
      {
        nodes,
      },
    );
  return type;
}

/** All at once, as fields of a query and of every object are. */
export function runFields(
  fields: readonly CompiledField[],
  execution: Execution,
  source: unknown,
  path: Path | undefined,
): MaybePromise<Fields> {
  const results: Fields = {};
  let isWaiting = false;
  try {
    for (const { responseName, run } of fields) {
      const result = run(execution, source, path);
      results[responseName] = result;
      isWaiting ||= isPromise(result);
    }
  } catch (error) {
    if (!isWaiting) throw error;
    // What else was started ends first, so that its errors are there and none is left unhandled.
    return settled(results).finally(() => {
      throw error;
    });
  }
  return isWaiting ? settled(results) : results;
}

/** One after the other, as fields of a mutation are. */
export async function runFieldsInTurn(
  fields: readonly CompiledField[],
  execution: Execution,
  source: unknown,
): Promise<Fields> {
  const results: Fields = {};
  for (const { responseName, run } of fields) results[responseName] = await run(execution, source, undefined);
  return results;
}

function settled(results: Fields): Promise<Fields> {
  return Promise.all(Object.values(results)).then((values) => {
    for (const [index, name] of Object.keys(results).entries()) results[name] = values[index];
    return results;
  });
}

export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function isIterableObject(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
