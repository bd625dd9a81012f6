import { LRUCache } from 'lru-cache';
import { parse, validate, type DocumentNode } from 'graphql';
import {
  federatedOperation,
  type FederatedOperation,
  type FederatedOperationDeps,
} from './federated-operation';

/** Finds operations by the text that clients send. */
export interface OperationCache {
  /**
   * @returns null when the text is no valid document, or does not say which of its operations is meant
   * @throws Error when the operation cannot be planned
   */
  byText(text: string, operationName: string | undefined): FederatedOperation | null;
  /** For a document that was parsed and validated elsewhere. */
  byDocument(
    text: string,
    document: DocumentNode,
    operationName: string | undefined,
  ): FederatedOperation | null;
}

/** Clients of ours send some dozens of documents; more means that somebody generates them. */
const MAX_DOCUMENTS = 2_000;
/** An operation takes some fifty times its text in memory, as document, plan and generated code. */
const MAX_CHARACTERS = 4_000_000;

/** Keeps documents, validation results, plans and compiled operations together: they are made and used as one. */
export function operationCache(deps: FederatedOperationDeps): OperationCache {
  const kept = new LRUCache<string, KnownDocument>({
    max: MAX_DOCUMENTS,
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (_, text) => text.length + 1,
  });

  function find(
    text: string,
    operationName: string | undefined,
    read: () => DocumentNode | null,
  ): FederatedOperation | null {
    const known = kept.get(text) ?? newlyRead(read());
    if (!kept.has(text)) kept.set(text, known);
    if (known.document === null) return null;
    const operation =
      known.operations.get(operationName) ?? federatedOperation(known.document, operationName, deps);
    if (operation !== null) known.operations.set(operationName, operation);
    return operation;
  }

  return {
    byText: (text, operationName) => find(text, operationName, () => validDocument(text, deps)),
    byDocument: (text, document, operationName) => find(text, operationName, () => document),
  };
}

function newlyRead(document: DocumentNode | null): KnownDocument {
  return { document, operations: new Map() };
}

interface KnownDocument {
  /** Null when it is not valid. */
  document: DocumentNode | null;
  /** By the name that clients gave; a name that means none is not kept. */
  operations: Map<string | undefined, FederatedOperation>;
}

function validDocument(text: string, { supergraph }: FederatedOperationDeps): DocumentNode | null {
  let document;
  try {
    document = parse(text);
  } catch {
    return null;
  }
  return validate(supergraph.api, document).length === 0 ? document : null;
}
