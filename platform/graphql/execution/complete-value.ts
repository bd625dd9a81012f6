import {
  defaultTypeResolver,
  getNullableType,
  GraphQLError,
  GraphQLID,
  GraphQLString,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { inspect } from 'graphql/jsutils/inspect';
import { isPromise } from 'graphql/jsutils/isPromise';
import type { CompiledField, CompleteValue } from './execution';
import { errorHandler, handlingErrors } from './field-errors';
import { runFields } from './run-fields';

/** One operation while it is compiled. */
export interface CompileContext {
  schema: GraphQLSchema;
  operation: OperationDefinitionNode;
  fragments: Record<string, FragmentDefinitionNode>;
  /** Compiles what the nodes select of an object. */
  compileSubfields(type: GraphQLObjectType, nodes: readonly FieldNode[]): CompiledField[];
}

type Nodes = readonly FieldNode[];

/** https://spec.graphql.org/October2021/#CompleteValue() */
export function compileComplete(
  type: GraphQLOutputType,
  nodes: Nodes,
  context: CompileContext,
): CompleteValue {
  const complete = compilePresent(getNullableType(type), nodes, context);
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

function compilePresent(type: GraphQLOutputType, nodes: Nodes, context: CompileContext): CompleteValue {
  if (isListType(type)) return compileList(type.ofType, nodes, context);
  if (isLeafType(type)) return compileLeaf(type);
  if (isAbstractType(type)) return compileAbstract(type, nodes, context);
  if (isObjectType(type)) return compileObject(type, nodes, context);
  throw new Error(`Cannot complete value of unexpected output type: ${inspect(type)}`);
}

function compileLeaf(type: GraphQLLeafType): CompleteValue {
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

function compileList(type: GraphQLOutputType, nodes: Nodes, context: CompileContext): CompleteValue {
  const completeElement = handlingErrors(compileComplete(type, nodes, context), errorHandler(type, nodes));

  return (execution, values, prev, info) => {
    if (!isIterable(values))
      throw new GraphQLError(
        `Expected Iterable, but did not find one for field "${info.parentType.name}.${info.fieldName}".`,
      );
    const completed: unknown[] = [];
    let isWaiting = false;
    try {
      for (const value of values) {
        const path = { prev, key: completed.length, typename: undefined };
        const element = completeElement(execution, value, path, info);
        isWaiting ||= isPromise(element);
        completed.push(element);
      }
    } catch (error) {
      // Nothing awaits the elements before it any more: their failures are ignored.
      for (const element of completed) if (isPromise(element)) element.then(undefined, () => undefined);
      throw error;
    }
    return isWaiting ? Promise.all(completed) : completed;
  };
}

function compileObject(type: GraphQLObjectType, nodes: Nodes, context: CompileContext): CompleteValue {
  // Compiled when an object of the type comes for the first time: most possible types of an interface never do.
  let compiled: CompiledField[] | undefined;
  const fields = () => (compiled ??= context.compileSubfields(type, nodes));
  const { isTypeOf } = type;
  if (isTypeOf === undefined || isTypeOf === null)
    return (execution, value, path) => runFields(fields(), execution, value, path);

  return (execution, value, path, info) => {
    const check = (isOfType: boolean) => {
      if (!isOfType)
        throw new GraphQLError(`Expected value of type "${type.name}" but got: ${inspect(value)}.`, {
          nodes,
        });
      return runFields(fields(), execution, value, path);
    };
    const isOfType = isTypeOf(value, execution.context, info);
    return isPromise(isOfType) ? isOfType.then(check) : check(isOfType);
  };
}

function compileAbstract(type: GraphQLAbstractType, nodes: Nodes, context: CompileContext): CompleteValue {
  const completions = new Map<string, CompleteValue>();
  const resolveType = type.resolveType ?? defaultTypeResolver;

  function completionFor(name: unknown, value: unknown, info: GraphQLResolveInfo): CompleteValue {
    const known = typeof name === 'string' ? completions.get(name) : undefined;
    if (known !== undefined) return known;
    const object = runtimeType(type, name, value, info);
    const complete = compileObject(object, nodes, context);
    completions.set(object.name, complete);
    return complete;
  }

  return (execution, value, path, info) => {
    const name = resolveType(value, execution.context, info, type);
    return isPromise(name)
      ? name.then((resolved) => completionFor(resolved, value, info)(execution, value, path, info))
      : completionFor(name, value, info)(execution, value, path, info);
  };
}

/** https://spec.graphql.org/October2021/#ResolveAbstractType(), with the errors of graphql-js. */
function runtimeType(
  abstract: GraphQLAbstractType,
  name: unknown,
  value: unknown,
  { parentType, fieldName, fieldNodes: nodes, schema }: GraphQLResolveInfo,
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
      { nodes },
    );
  return type;
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
