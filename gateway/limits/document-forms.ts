import { createHash } from 'node:crypto';
import {
  GraphQLError,
  Kind,
  parse,
  print,
  visit,
  type DocumentNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/**
 * The text of a published document as graphql-js prints it: without comments, and in one way only, however its file is laid
 * out. Apollo's and urql's clients print the same, so that what they hash is what we hash.
 */
export function publishedForm(document: DocumentNode): string {
  return print(document);
}

/**
 * Normalises a document for comparison: comments, white space and the `__typename`s that clients with a normalised
 * cache add make no difference.
 * @param maxTokens a text with more is not read further
 * @returns null when the text is not GraphQL, or is longer
 */
export function comparedForm(text: string, maxTokens: number): string | null {
  try {
    return print(visit(parse(text, { noLocation: true, maxTokens }), { SelectionSet: withoutTypenames }));
  } catch (error) {
    if (error instanceof GraphQLError) return null;
    throw error;
  }
}

/** A selection of nothing else stays as it is. */
function withoutTypenames(set: SelectionSetNode): SelectionSetNode | undefined {
  const selections = set.selections.filter((selection) => !isTypename(selection));
  return selections.length === 0 ? undefined : { ...set, selections };
}

function isTypename(selection: SelectionNode): boolean {
  return (
    selection.kind === Kind.FIELD &&
    selection.name.value === '__typename' &&
    selection.alias === undefined &&
    (selection.directives ?? []).length === 0
  );
}

/**
 * Further ids of a document, besides our own: the SHA-256 of its file, and those of the GraphQL Code Generator's
 * client preset, by its default algorithm and by SHA-256.
 */
export function otherIdsOf(document: DocumentNode, file: string): string[] {
  const generated = codeGeneratorForm(document);
  return [sha256(file), hexDigest('sha1', generated), sha256(generated)];
}

export function sha256(text: string): string {
  return hexDigest('sha256', text);
}

function hexDigest(algorithm: 'sha1' | 'sha256', text: string): string {
  return createHash(algorithm).update(text).digest('hex');
}

/**
 * Returns the text that the code generator hashes, for a document of one operation: variables and selections
 * sorted, but not the fields of a mutation, whose order counts; on one line.
 * https://github.com/ardatan/graphql-tools/tree/master/packages/documents/src/normalization
 */
function codeGeneratorForm(document: DocumentNode): string {
  const sorted = visit(document, {
    OperationDefinition: {
      leave: (operation) => ({
        ...operation,
        variableDefinitions: sortedBy(
          operation.variableDefinitions ?? [],
          ({ variable }) => variable.name.value,
        ),
      }),
    },
    SelectionSet: {
      leave: (set, _, parent) =>
        isMutation(parent) ? undefined : { ...set, selections: sortedBy(set.selections, selectionKey) },
    },
  });
  return onOneLine(print(sorted));
}

function isMutation(parent: unknown): boolean {
  return (
    typeof parent === 'object' && parent !== null && 'operation' in parent && parent.operation === 'mutation'
  );
}

function selectionKey(selection: SelectionNode): string {
  switch (selection.kind) {
    case Kind.FIELD:
      return `0${selection.name.value}`;
    case Kind.FRAGMENT_SPREAD:
      return `1${selection.name.value}`;
    case Kind.INLINE_FRAGMENT: {
      const inner = selection.selectionSet.selections.map((node) => print(node)).join(' ');
      return `2${selection.typeCondition?.name.value ?? ''}${onOneLine(inner)}`;
    }
  }
}

function sortedBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ item }) => item);
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
