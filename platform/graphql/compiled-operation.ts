import {
  getOperationAST,
  getVariableValues,
  GraphQLError,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  visit,
  type DocumentNode,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLSchema,
} from 'graphql';
import { badUserInput } from './bad-user-input';
import { collectedErrors } from './collected-errors';
import {
  compileRoot,
  isPromise,
  runFields,
  runFieldsInTurn,
  type CompiledField,
  type Execution,
  type Fields,
} from './compiled-selection';

/** An operation that can be executed any number of times. */
export interface CompiledOperation {
  name: string | undefined;
  execute(
    variables: Record<string, unknown>,
    context: unknown,
  ): ExecutionResult<Fields> | Promise<ExecutionResult<Fields>>;
}

/** Beyond as many combinations of `@skip` and `@include`, it is left to graphql-js. */
const MAX_COMBINATIONS = 64;
/** As graphql-js has it. */
const MAX_VARIABLE_ERRORS = 50;

/**
 * Compiles the one operation of a valid document.
 * @returns null when graphql-js has to execute it: several operations, a subscription, response names that objects
 * inherit, or too many conditions
 */
export function compiledOperation(schema: GraphQLSchema, document: DocumentNode): CompiledOperation | null {
  const operation = getOperationAST(document);
  if (operation === null || operation === undefined || hasInheritedName(document)) return null;
  const root = schema.getRootType(operation.operation);
  if (root === undefined || root === null || root === schema.getSubscriptionType()) return null;
  const names = conditionVariables(document);
  if (2 ** names.length > MAX_COMBINATIONS) return null;

  const fragments = fragmentsOf(document);
  const { variableDefinitions = [] } = operation;
  const isMutation = root === schema.getMutationType();
  const compiled = new Map<string, CompiledField[]>();
  const compile = (conditions: Record<string, boolean>) =>
    compileRoot(root, { schema, operation, fragments, conditions });
  function fieldsFor(variableValues: Record<string, unknown>): CompiledField[] {
    const key = names.map((name) => Number(variableValues[name] === true)).join('');
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const conditions = Object.fromEntries(names.map((name) => [name, variableValues[name] === true]));
    const fields = compile(conditions);
    compiled.set(key, fields);
    return fields;
  }

  function execute(variables: Record<string, unknown>, context: unknown) {
    const coerced = getVariableValues(schema, variableDefinitions, variables, {
      maxErrors: MAX_VARIABLE_ERRORS,
    });
    if (coerced.errors !== undefined) return { errors: coerced.errors.map(wrongVariable) };
    const execution: Execution = {
      context,
      rootValue: undefined,
      variableValues: coerced.coerced,
      errors: collectedErrors(),
    };
    const failed = (error: unknown) => {
      execution.errors.add(
        error instanceof GraphQLError ? error : new GraphQLError(String(error)),
        undefined,
      );
      return answer(null, execution);
    };
    try {
      const fields = fieldsFor(coerced.coerced);
      const data = isMutation
        ? runFieldsInTurn(fields, execution, undefined)
        : runFields(fields, execution, undefined, undefined);
      return isPromise(data) ? data.then((all) => answer(all, execution), failed) : answer(data, execution);
    } catch (error) {
      return failed(error);
    }
  }

  return { name: operation.name?.value, execute };
}

/** What the gateway puts into variables of its own: nobody else is at fault when that is wrong. */
const MADE_BY_GATEWAY = 'representations';

/** The gateway knows nothing of what custom scalars take. The value, which may be anybody's, is not repeated. */
function wrongVariable(error: GraphQLError): GraphQLError {
  const name = /^Variable "\$(\w+)"/.exec(error.message)?.[1];
  if (name === undefined || name === MADE_BY_GATEWAY) return error;
  return badUserInput(`Variable "$${name}" has a value that its type does not allow.`, error);
}

function answer(data: Fields | null, { errors: { errors } }: Execution): ExecutionResult<Fields> {
  return errors.length === 0 ? { data } : { errors, data };
}

function hasInheritedName(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Field({ alias, name }) {
      found ||= (alias ?? name).value in Object.prototype;
    },
  });
  return found;
}

function conditionVariables(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive({ name, arguments: given = [] }) {
      if (name.value !== GraphQLSkipDirective.name && name.value !== GraphQLIncludeDirective.name) return;
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}

function fragmentsOf({ definitions }: DocumentNode): Record<string, FragmentDefinitionNode> {
  return Object.fromEntries(
    definitions.flatMap((definition): [string, FragmentDefinitionNode][] =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
}
