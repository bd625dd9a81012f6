import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { parse } from 'graphql';
import type { Caller } from '../../domain/caller';
import type { RequestRefusal } from '../error-codes';
import { comparedForm, otherIdsOf, publishedForm, sha256 } from './document-forms';
import { DEVELOPERS_EN_GB } from '../../domain/messages/developers.en-gb';

/** The front ends' own documents, by id: the SHA-256 of `text` in hexadecimal. */
export type TrustedDocuments = ReadonlyMap<string, TrustedDocument>;

export interface TrustedDocument {
  /** Name of the file, and of the operation in it. */
  name: string;
  /** Text as graphql-js prints it. */
  text: string;
  /** Further ids by which clients may ask for it. */
  otherIds: readonly string[];
  /** True: installed apps still send it, and nobody should any more. */
  isRetired: boolean;
}

/** Below the folder of the published documents: those that installed apps still send. */
const RETIRED = 'retired';

/**
 * Reads every `.graphql` file of a folder, `schema/operations`, and of the folder `retired` in it. manifest.json
 * lists the ids of the first; the second holds earlier versions of documents, so that their ids stay valid.
 */
export function trustedDocumentsIn(folder: string): TrustedDocuments {
  // A published document comes last, and stands for a retired one that differs from it by comments alone.
  const documents = [...documentsIn(join(folder, RETIRED), true), ...documentsIn(folder, false)];
  const known = new Map<string, TrustedDocument>();
  for (const document of documents) {
    const id = sha256(document.text);
    const before = known.get(id)?.otherIds ?? [];
    known.set(id, { ...document, otherIds: [...new Set([...before, ...document.otherIds])] });
  }
  return known;
}

/** Returns the ids, published before, that no longer find a document: installed apps that send them would be refused. */
export function lostIds<T extends { id: string }>(before: readonly T[], now: TrustedDocuments): T[] {
  const known = new Set([...now].flatMap(([id, { otherIds }]) => [id, ...otherIds]));
  return before.filter(({ id }) => !known.has(id));
}

function documentsIn(folder: string, isRetired: boolean): TrustedDocument[] {
  if (!existsSync(folder)) return [];
  return filesIn(folder).map((file) => {
    const source = readFileSync(join(folder, file), 'utf8').trim();
    const document = parse(source, { noLocation: true });
    const [name = ''] = basename(file).split('.');
    return { name, text: publishedForm(document), otherIds: otherIdsOf(document, source), isRetired };
  });
}

function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.graphql'))
    .sort();
}

/**
 * Request for a document: by its text, by `documentId`, or in the way of Apollo's clients, by
 * `extensions.persistedQuery`.
 */
export interface DocumentRequest {
  query: string | undefined;
  documentId: string | undefined;
  persistedQueryHash: string | undefined;
}

const ALLOWED: unique symbol = Symbol('a document that its sender may send');

/** A document that its sender may send: made by `documentFinder` alone, and the only thing that operations are found by. */
export interface AllowedDocument {
  readonly [ALLOWED]: true;
  text: string;
  /** Name of a trusted document; null: the document is not trusted. */
  name: string | null;
}

export type FoundDocument = AllowedDocument | { refusal: RequestRefusal };

/**
 * Finds documents by id or by text. Anybody may send a trusted document; other texts are for analysts and
 * operators. A text that differs from a trusted one by comments, white space or `__typename` alone is that
 * document, and is answered as it is published.
 */
export function documentFinder(
  documents: TrustedDocuments,
  untrusted: 'for-all' | 'for-analysts',
): (request: DocumentRequest, caller: Caller) => FoundDocument {
  const byId = idsOf(documents);
  const byText = textFinder(documents);

  return ({ query, documentId, persistedQueryHash }, caller) => {
    const ids = [documentId?.replace(/^sha256:/, ''), persistedQueryHash].filter((id) => id !== undefined);
    const [id] = ids;
    if (query === undefined) {
      if (id === undefined) return { refusal: NOTHING };
      if (ids.some((other) => other !== id)) return { refusal: MISMATCH };
      return byId.get(id) ?? { refusal: documentId === undefined ? NOT_PERSISTED : UNKNOWN };
    }
    const known = byText(query);
    if (
      !ids.every((id) => (known !== undefined && byId.get(id)?.name === known.name) || id === sha256(query))
    )
      return { refusal: MISMATCH };
    if (known !== undefined) return known;
    if (untrusted === 'for-all' || mayAskAnything(caller)) return allowed({ text: query, name: null });
    return { refusal: NOT_TRUSTED };
  };
}

function idsOf(documents: TrustedDocuments): ReadonlyMap<string, AllowedDocument> {
  const byId = new Map<string, AllowedDocument>();
  for (const [id, document] of documents)
    for (const one of [id, ...document.otherIds]) byId.set(one, allowed(document));
  return byId;
}

/** Texts that clients have sent lately, so that each is compared once: some hundred from the clients of every release. */
const MAX_TEXTS = 1_000;
const MAX_CHARACTERS = 2_000_000;
/** Factor by which a document may grow: clients add one `__typename` for each selection. */
const MAX_GROWTH = 2;

function textFinder(documents: TrustedDocuments): (query: string) => AllowedDocument | undefined {
  const trusted = [...documents.values()].sort((a, b) => Number(b.isRetired) - Number(a.isRetired));
  // A published document stands for a retired one of the same form, as its answer has all that was in the other's.
  const byForm = new Map(
    trusted.map((document) => [comparedForm(document.text, Infinity), allowed(document)] as const),
  );
  const byText = new Map(trusted.map((document) => [document.text, allowed(document)]));
  const maxTokens = MAX_GROWTH * Math.max(0, ...trusted.map(({ text }) => parse(text).tokenCount ?? 0));
  const seen = new LRUCache<string, { found: AllowedDocument | undefined }>({
    max: MAX_TEXTS,
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (_, text) => text.length + 1,
  });

  return (query) => {
    const published = byText.get(query);
    if (published !== undefined || trusted.length === 0) return published;
    const before = seen.get(query);
    if (before !== undefined) return before.found;
    const form = comparedForm(query, maxTokens);
    const found = form === null ? undefined : byForm.get(form);
    seen.set(query, { found });
    return found;
  };
}

function allowed({ text, name }: { text: string; name: string | null }): AllowedDocument {
  return { [ALLOWED]: true, text, name };
}

const NOTHING: RequestRefusal = {
  code: 'BAD_REQUEST',
  message: DEVELOPERS_EN_GB.BAD_REQUEST.NO_DOCUMENT({}),
};

const MISMATCH: RequestRefusal = {
  code: 'BAD_REQUEST',
  message: DEVELOPERS_EN_GB.BAD_REQUEST.ID_OF_ANOTHER_DOCUMENT({}),
};

const NOT_PERSISTED: RequestRefusal = {
  code: 'PERSISTED_QUERY_NOT_FOUND',
  message: DEVELOPERS_EN_GB.PERSISTED_QUERY_NOT_FOUND.HASH({}),
};

const UNKNOWN: RequestRefusal = {
  code: 'DOCUMENT_UNKNOWN',
  message: DEVELOPERS_EN_GB.DOCUMENT_UNKNOWN.ID({}),
};

const NOT_TRUSTED: RequestRefusal = {
  code: 'DOCUMENT_NOT_TRUSTED',
  message: DEVELOPERS_EN_GB.DOCUMENT_NOT_TRUSTED.DOCUMENT({}),
};

export function mayAskAnything({ kind }: Caller): boolean {
  return kind === 'analyst' || kind === 'operator';
}
