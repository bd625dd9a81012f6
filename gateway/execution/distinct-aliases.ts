import { GraphQLError, Kind, visit } from 'graphql';
import type { Answer } from './answer';
import { isData } from './data';
import type { OperationDocument } from './operation-document';

/** An operation without aliases that the planner may use for other fields. */
export interface PlannedDocument extends OperationDocument {
  /** Prefix of each changed alias; null where none was changed. */
  prefix: string | null;
}

/** Pattern of the aliases that the planner makes up. */
const ALIAS_OF_PLANNER = /__alias_\d+$/;

/**
 * The planner lays `__typename`, keys and required fields over what a client selects: an alias of such a name for another field
 * would be answered with the key (https://github.com/apollographql/federation/issues/3036). Such an alias is changed while
 * the operation is executed.
 * @param fieldNames names of every field of the supergraph
 */
export function distinctAliases(
  { operation, document }: OperationDocument,
  fieldNames: ReadonlySet<string>,
): PlannedDocument {
  const isTaken = (alias: string) =>
    alias === '__typename' || fieldNames.has(alias) || ALIAS_OF_PLANNER.test(alias);
  const aliases = aliasesIn({ operation, document });
  if (![...aliases].some(isTaken)) return { operation, document, prefix: null };
  const prefix = unusedPrefix([...aliases, ...fieldNames]);
  const renamed = visit(document, {
    Field(field) {
      const { alias, name } = field;
      if (alias === undefined || alias.value === name.value || !isTaken(alias.value)) return undefined;
      return { ...field, alias: { ...alias, value: `${prefix}${alias.value}` } };
    },
  });
  const planned = renamed.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (planned?.kind !== Kind.OPERATION_DEFINITION) throw new Error('A document has lost its operation.');
  return { operation: planned, document: renamed, prefix };
}

/** Lists aliases that differ from the name of their field. */
function aliasesIn({ document }: OperationDocument): ReadonlySet<string> {
  const aliases = new Set<string>();
  visit(document, {
    Field({ alias, name }) {
      if (alias !== undefined && alias.value !== name.value) aliases.add(alias.value);
    },
  });
  return aliases;
}

function unusedPrefix(names: readonly string[]): string {
  let prefix = 'alias_of_client_';
  while (names.some((name) => name.startsWith(prefix))) prefix += '_';
  return prefix;
}

/** Restores the client's aliases in an answer. */
export function restoredAliases(answer: Answer, prefix: string | null): Answer {
  if (prefix === null) return answer;
  const restored = (name: string) => (name.startsWith(prefix) ? name.slice(prefix.length) : name);
  return {
    ...answer,
    ...(isData(answer.data) && { data: restoredData(answer.data, restored) }),
    ...(answer.errors && { errors: answer.errors.map((error) => restoredError(error, restored)) }),
  };
}

type Restore = (name: string) => string;

function restoredData(data: Record<string, unknown>, restored: Restore): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [restored(name), restoredValue(value, restored)]),
  );
}

function restoredValue(value: unknown, restored: Restore): unknown {
  if (Array.isArray(value)) return value.map((element) => restoredValue(element, restored));
  return isData(value) ? restoredData(value, restored) : value;
}

function restoredError(error: Error, restored: Restore): Error {
  if (!(error instanceof GraphQLError) || error.path === undefined) return error;
  const path = error.path.map((key) => (typeof key === 'string' ? restored(key) : key));
  const { message, nodes, source, positions, originalError, extensions } = error;
  return new GraphQLError(message, { nodes, source, positions, path, originalError, extensions });
}
