import {
  getOperationAST,
  getVariableValues,
  GraphQLError,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import { isPromise } from 'graphql/jsutils/isPromise';
import { compiledVariants } from '../../execution/compiled-variants';
import { conditionReader } from '../../execution/conditions';
import { fragmentsOf } from '../../execution/fragments';
import { hasInheritedName } from '../../execution/inherited-names';
import { badUserInput } from '../bad-user-input';
import { compileRootFields } from './compile-fields';
import type { CompiledField, Data, Execution } from './execution';
import { fieldErrors } from './field-errors';
import { runFields, runFieldsInSeries } from './run-fields';

type Result = ExecutionResult<Data>;
type Variables = Record<string, unknown>;

/** An operation that can be executed any number of times. */
export interface CompiledOperation {
  name: string | undefined;
  /** Returns null when graphql-js has to execute it with these variables: more combinations of conditions than are kept. */
  execute(variables: Variables, context: unknown): Result | Promise<Result> | null;
}

/** The bound that graphql-js has: https://github.com/graphql/graphql-js/pull/2062. */
const MAX_VARIABLE_ERRORS = 50;

/**
 * Compiles the one operation of a valid document: https://spec.graphql.org/October2021/#sec-Executing-Operations.
 * @returns null when graphql-js has to execute it: several operations, a subscription, or response names that objects inherit
 */
export function compileOperation(schema: GraphQLSchema, document: DocumentNode): CompiledOperation | null {
  const operation = getOperationAST(document);
  if (operation === null || operation === undefined || hasInheritedName(document)) return null;
  const root = schema.getRootType(operation.operation);
  if (root === undefined || root === null || root === schema.getSubscriptionType()) return null;

  const { variableDefinitions = [] } = operation;
  const fragments = fragmentsOf(document);
  const readConditions = conditionReader(document, operation);
  const fieldsFor = compiledVariants((conditions) =>
    compileRootFields(root, { schema, operation, fragments, conditions }),
  );
  const run = root === schema.getMutationType() ? runFieldsInSeries : runFields;

  return {
    name: operation.name?.value,
    execute(variables, context) {
      const maxErrors = MAX_VARIABLE_ERRORS;
      const { coerced, errors } = getVariableValues(schema, variableDefinitions, variables, { maxErrors });
      if (errors !== undefined) return { errors: errors.map(wrongVariable) };
      const conditions = readConditions(coerced);
      const fields = conditions && fieldsFor(conditions);
      if (fields === null) return null;
      return execute(fields, run, { context, variableValues: coerced, errors: fieldErrors() });
    },
  };
}

function execute(
  fields: readonly CompiledField[],
  run: typeof runFields,
  execution: Execution,
): Result | Promise<Result> {
  const failed = (error: unknown) => {
    execution.errors.add(error instanceof GraphQLError ? error : new GraphQLError(String(error)), undefined);
    return result(null, execution);
  };
  try {
    const data = run(fields, execution, undefined, undefined);
    return isPromise(data) ? data.then((all) => result(all, execution), failed) : result(data, execution);
  } catch (error) {
    return failed(error);
  }
}

function result(data: Data | null, { errors: { errors } }: Execution): Result {
  return errors.length === 0 ? { data } : { errors, data };
}

/** A variable that the gateway adds: no client is at fault when it is wrong. */
const VARIABLE_OF_GATEWAY = 'representations';

/** Leaves out the value, which may be personal. The gateway does not know which values custom scalars allow, so such errors come from here. */
function wrongVariable(error: GraphQLError): GraphQLError {
  const name = /^Variable "\$(\w+)"/.exec(error.message)?.[1];
  if (name === undefined || name === VARIABLE_OF_GATEWAY) return error;
  return badUserInput(`Variable "$${name}" has a value that its type does not allow.`, error);
}
