import { LRUCache } from 'lru-cache';
import {
  getOperationAST,
  GraphQLError,
  Kind,
  Lexer,
  parse,
  Source,
  TokenKind,
  validate,
  type DocumentNode,
} from 'graphql';
import type { Refusal } from '../error-codes';
import { exceededLimit, tooMany } from '../limits/document-limits';
import type { DocumentLimits } from '../limits/gateway-limits';
import type { AllowedDocument } from '../limits/trusted-documents';
import { clientMistakes, MAX_ERRORS, quotedName } from './client-errors';
import {
  federatedOperation,
  type FederatedOperation,
  type FederatedOperationDeps,
} from './federated-operation';
import { operationDocument } from './operation-document';

/** An operation; or why the document, or its choice of an operation, is refused. */
export type FoundOperation = { operation: FederatedOperation } | { refusal: Refusal };

/** Finds operations by the documents that callers may send. */
export interface OperationCache {
  /** Whether it was found before, so that finding it again takes next to no time. */
  knows(document: AllowedDocument, operationName: string | undefined): boolean;
  /** @throws Error when the operation cannot be planned */
  find(document: AllowedDocument, operationName: string | undefined): FoundOperation;
}

export interface OperationCacheDeps extends FederatedOperationDeps {
  limits: DocumentLimits;
  /** Told of each document that was not kept from before. */
  onDocument(): void;
}

/** Clients of ours send some dozens of documents; more means that somebody generates them. */
const MAX_DOCUMENTS = 2_000;
/** An operation takes some fifty times its text in memory, as document, plan and generated code. */
const MAX_CHARACTERS = 4_000_000;

/** Keeps documents, what is wrong with them, plans and compiled operations together: they are made and used as one. */
export function operationCache(deps: OperationCacheDeps): OperationCache {
  const kept = new LRUCache<string, KnownDocument>({
    max: MAX_DOCUMENTS,
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (_, text) => text.length + 1,
  });

  function known(text: string): KnownDocument {
    const before = kept.get(text);
    if (before !== undefined) return before;
    deps.onDocument();
    const made = {
      read: readDocument(text, deps),
      operations: new Map<string | undefined, FoundOperation>(),
    };
    kept.set(text, made);
    return made;
  }

  return {
    knows({ text }, operationName) {
      const before = kept.get(text);
      return before !== undefined && ('refusal' in before.read || before.operations.has(operationName));
    },
    find({ text }, operationName) {
      const { read, operations } = known(text);
      if ('refusal' in read) return read;
      const before = operations.get(operationName);
      if (before !== undefined) return before;
      const found = chosenOperation(read.document, operationName, deps);
      // A name that means none may be any name: such are not kept.
      if ('operation' in found) operations.set(operationName, found);
      return found;
    },
  };
}

type ReadDocument = { document: DocumentNode } | { refusal: Refusal };

interface KnownDocument {
  read: ReadDocument;
  /** By the name that clients gave. */
  operations: Map<string | undefined, FoundOperation>;
}

/** What costs least comes first, so that nothing can make the rest take long. */
function readDocument(text: string, { supergraph: { api }, limits }: OperationCacheDeps): ReadDocument {
  try {
    const tooLong = tooMany(tokensOf(text, limits.tokens), limits.tokens, 'tokens');
    if (tooLong !== null) return { refusal: tooLong };
    const document = parse(text);
    const refusal = exceededLimit(document, limits);
    if (refusal !== null) return { refusal };
    const errors = validate(api, document, undefined, { maxErrors: MAX_ERRORS - 1, hideSuggestions: true });
    if (errors.length > 0) return { refusal: clientMistakes(errors, 'GRAPHQL_VALIDATION_FAILED') };
    const unserved = document.definitions.find(
      (definition) => definition.kind === Kind.OPERATION_DEFINITION && !api.getRootType(definition.operation),
    );
    return unserved === undefined ? { document } : { refusal: NO_SUCH_ROOT };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { refusal: clientMistakes([error], 'GRAPHQL_PARSE_FAILED') };
  }
}

/** Validation has no rule for it: https://github.com/graphql/graphql-spec/pull/1098. */
const NO_SUCH_ROOT: Refusal = {
  code: 'GRAPHQL_VALIDATION_FAILED',
  message: 'The schema has no subscriptions.',
};

/** Counts no further than one more than `most`. @throws GraphQLError where there is no token. */
function tokensOf(text: string, most: number): number {
  const lexer = new Lexer(new Source(text));
  let tokens = 0;
  while (tokens <= most && lexer.advance().kind !== TokenKind.EOF) tokens += 1;
  return tokens;
}

/** https://spec.graphql.org/October2021/#GetOperation() */
function chosenOperation(
  document: DocumentNode,
  operationName: string | undefined,
  deps: OperationCacheDeps,
): FoundOperation {
  const operation = getOperationAST(document, operationName);
  if (operation) return { operation: federatedOperation(operationDocument(operation, document), deps) };
  const message =
    operationName === undefined
      ? 'Must provide operation name if query contains multiple operations.'
      : `Unknown operation named ${quotedName(operationName)}.`;
  return { refusal: { code: 'OPERATION_RESOLUTION_FAILURE', message } };
}
