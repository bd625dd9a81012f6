import { LRUCache } from 'lru-cache';
import { Lexer, parse, Source, TokenKind, validate, type DocumentNode } from 'graphql';
import type { Refusal } from '../error-codes';
import { beyondLimits, tooMany } from '../limits/document-limits';
import type { DocumentLimits } from '../limits/gateway-limits';
import {
  federatedOperation,
  type FederatedOperation,
  type FederatedOperationDeps,
} from './federated-operation';

export type FoundOperation =
  | { kind: 'operation'; operation: FederatedOperation }
  /** Not read any further: it is more than one document may be. */
  | { kind: 'refused'; refusal: Refusal }
  /** No valid document, or it does not say which of its operations is meant. */
  | { kind: 'invalid' };

/** Finds operations by the text that clients send. */
export interface OperationCache {
  /** @throws Error when the operation cannot be planned */
  byText(text: string, operationName: string | undefined): FoundOperation;
  /** For a document that was parsed and validated elsewhere; null when it has no such operation. */
  byDocument(
    text: string,
    document: DocumentNode,
    operationName: string | undefined,
  ): FederatedOperation | null;
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

  function known(text: string, read: () => ReadDocument): KnownDocument {
    const before = kept.get(text);
    if (before !== undefined) return before;
    deps.onDocument();
    const made = { read: read(), operations: new Map<string | undefined, FederatedOperation>() };
    kept.set(text, made);
    return made;
  }

  function operationOf(
    document: DocumentNode,
    { operations }: KnownDocument,
    operationName: string | undefined,
  ): FederatedOperation | null {
    const operation = operations.get(operationName) ?? federatedOperation(document, operationName, deps);
    if (operation !== null) operations.set(operationName, operation);
    return operation;
  }

  return {
    byText(text, operationName) {
      const found = known(text, () => readDocument(text, deps));
      if (found.read.kind !== 'document') return found.read;
      const operation = operationOf(found.read.document, found, operationName);
      return operation === null ? { kind: 'invalid' } : { kind: 'operation', operation };
    },
    byDocument(text, document, operationName) {
      return operationOf(
        document,
        known(text, () => ({ kind: 'document', document })),
        operationName,
      );
    },
  };
}

type ReadDocument =
  { kind: 'document'; document: DocumentNode } | Exclude<FoundOperation, { kind: 'operation' }>;

interface KnownDocument {
  read: ReadDocument;
  /** By the name that clients gave; a name that means none is not kept. */
  operations: Map<string | undefined, FederatedOperation>;
}

/** What costs least comes first, so that nothing can make the rest take long. */
function readDocument(text: string, { supergraph, limits }: OperationCacheDeps): ReadDocument {
  try {
    const tooLong = tooMany(tokensOf(text, limits.tokens), limits.tokens, 'tokens');
    if (tooLong !== null) return { kind: 'refused', refusal: tooLong };
    const document = parse(text);
    const refusal = beyondLimits(document, limits);
    if (refusal !== null) return { kind: 'refused', refusal };
    const isValid = validate(supergraph.api, document).length === 0;
    return isValid ? { kind: 'document', document } : { kind: 'invalid' };
  } catch {
    return { kind: 'invalid' };
  }
}

/** Counts no further than one more than `most`. @throws GraphQLError where there is no token. */
function tokensOf(text: string, most: number): number {
  const lexer = new Lexer(new Source(text));
  let tokens = 0;
  while (tokens <= most && lexer.advance().kind !== TokenKind.EOF) tokens += 1;
  return tokens;
}
