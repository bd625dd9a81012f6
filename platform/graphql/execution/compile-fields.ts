import {
  defaultFieldResolver,
  getArgumentValues,
  getNullableType,
  GraphQLError,
  isLeafType,
  isNonNullType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import {
  collectFields,
  selectionSetsOf,
  type CollectContext,
  type CollectedField,
} from '../../execution/collect-fields';
import { badUserInput } from '../bad-user-input';
import { compileComplete, type CompileContext } from './complete-value';
import type { CompiledField, Execution, Path } from './execution';
import { errorHandler, handlingErrors } from './field-errors';
import { leafReader } from './read-leaf';

/**
 * Compiles the selections of an operation into functions made once, which hold what graphql-js determines again for every object: the
 * selected fields, their types, how their values are completed. Answers and errors are those of graphql-js, but for one: when an element
 * of a list fails at once while others are awaited, no rejection is left unhandled, which would end the process.
 */
export function compileRootFields(
  root: GraphQLObjectType,
  { operation, ...collecting }: CollectContext & { operation: OperationDefinitionNode },
): CompiledField[] {
  const { schema } = collecting;
  const context: CompileContext = {
    schema,
    operation,
    fragments: Object.fromEntries(collecting.fragments),
    compileSubfields: (type, nodes) => compileFields(type, selectionSetsOf(nodes)),
  };
  function compileFields(
    type: GraphQLObjectType,
    selectionSets: readonly SelectionSetNode[],
  ): CompiledField[] {
    return collectFields(selectionSets, type, type, collecting).flatMap((collected) => {
      const field = fieldOf(type, collected.nodes[0].name.value, schema);
      return field === undefined ? [] : [compileField(type, field, collected, context)];
    });
  }
  return compileFields(root, [operation.selectionSet]);
}

function fieldOf(
  type: GraphQLObjectType,
  name: string,
  schema: GraphQLSchema,
): GraphQLField<unknown, unknown> | undefined {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  const introspection = [SchemaMetaFieldDef, TypeMetaFieldDef].find((field) => field.name === name);
  return introspection !== undefined && type === schema.getQueryType()
    ? introspection
    : type.getFields()[name];
}

/** https://spec.graphql.org/October2021/#sec-Executing-Fields */
function compileField(
  parentType: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  { responseName, nodes: fieldNodes }: CollectedField,
  context: CompileContext,
): CompiledField {
  const { schema, operation, fragments } = context;
  const resolve = field.resolve ?? defaultFieldResolver;
  // Validation has made sure that all selections of the field have the same arguments.
  const readArguments = argumentReader(field, fieldNodes[0]);
  const handleError = errorHandler(field.type, fieldNodes);
  const complete = handlingErrors(compileComplete(field.type, fieldNodes, context), handleError);

  function run(execution: Execution, source: unknown, prev: Path | undefined): unknown {
    const path: Path = { prev, key: responseName, typename: parentType.name };
    const { variableValues } = execution;
    const info: GraphQLResolveInfo = {
      fieldName: field.name,
      fieldNodes,
      returnType: field.type,
      parentType,
      path,
      schema,
      fragments,
      rootValue: undefined,
      operation,
      variableValues,
    };
    let value: unknown;
    try {
      value = resolve(source, readArguments(variableValues), execution.context, info);
    } catch (error) {
      return handleError(execution, error, path);
    }
    return complete(execution, value, path, info);
  }

  const type = getNullableType(field.type);
  if (field.resolve !== undefined || !isLeafType(type)) return { responseName, run };
  const readLeaf = leafReader(field.name, type, !isNonNullType(field.type));
  return {
    responseName,
    run(execution, source, parentPath) {
      const leaf = readLeaf(source);
      return leaf === undefined ? run(execution, source, parentPath) : leaf;
    },
  };
}

/** https://spec.graphql.org/October2021/#sec-Coercing-Field-Arguments */
function argumentReader(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
): (variableValues: Record<string, unknown>) => Record<string, unknown> {
  if (field.args.length === 0) return () => ({});
  return (variableValues) => {
    try {
      return getArgumentValues(field, node, variableValues);
    } catch (error) {
      throw error instanceof GraphQLError ? wrongArgument(error) : error;
    }
  };
}

/** Leaves out the value, which may be personal: `Argument "from" has invalid value "…".` */
function wrongArgument(error: GraphQLError): GraphQLError {
  return badUserInput(
    error.message.replace(/ has invalid value [^]*$/, ' has a value that its type does not allow.'),
    error,
  );
}
