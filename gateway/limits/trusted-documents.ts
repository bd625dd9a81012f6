import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Caller } from '../../domain/caller';
import type { Refusal } from '../error-codes';

/** The front ends' own documents, by the SHA-256 of their text in hexadecimal. */
export type TrustedDocuments = ReadonlyMap<string, TrustedDocument>;

export interface TrustedDocument {
  /** Of the file, and of the operation in it. */
  name: string;
  text: string;
}

/** Every `.graphql` file of a folder: `schema/operations`, of which manifest.json tells front ends the ids. */
export function trustedDocumentsIn(folder: string): TrustedDocuments {
  const files = readdirSync(folder).filter((file) => file.endsWith('.graphql'));
  return new Map(
    files.map((file) => {
      const text = readFileSync(join(folder, file), 'utf8').trim();
      return [createHash('sha256').update(text).digest('hex'), { name: file.replace('.graphql', ''), text }];
    }),
  );
}

/** How a document is asked for: `documentId`, as trusted documents have it, or Apollo's `extensions.persistedQuery`. */
export const DocumentRequest = z.object({
  query: z.string().min(1).nullish(),
  documentId: z.string().nullish(),
  extensions: z.object({ persistedQuery: z.object({ sha256Hash: z.string() }).optional() }).nullish(),
});
export type DocumentRequest = z.infer<typeof DocumentRequest>;

/** `name` of a trusted document; null: of some other. */
export type FoundDocument = { text: string; name: string | null } | { refusal: Refusal };

/** Anybody may send a trusted document; other texts are for those whose work is to ask what nobody has foreseen. */
export function documentFinder(
  documents: TrustedDocuments,
  untrusted: 'for-all' | 'for-analysts',
): (request: DocumentRequest, caller: Caller) => FoundDocument {
  const names = new Map([...documents.values()].map(({ name, text }) => [text, name]));
  return ({ query, documentId, extensions }, caller) => {
    const id = documentId?.replace(/^sha256:/, '') ?? extensions?.persistedQuery?.sha256Hash;
    if (query === null || query === undefined) {
      if (id === undefined)
        return {
          refusal: { code: 'BAD_REQUEST', message: 'Send a query, or the id of a published document.' },
        };
      return documents.get(id) ?? { refusal: UNKNOWN };
    }
    const name = names.get(query.trim()) ?? null;
    if (untrusted === 'for-all' || mayAskAnything(caller) || name !== null) return { text: query, name };
    return { refusal: NOT_TRUSTED };
  };
}

const UNKNOWN: Refusal = {
  code: 'DOCUMENT_UNKNOWN',
  message: 'There is no document of this id in schema/operations/manifest.json.',
};

const NOT_TRUSTED: Refusal = {
  code: 'DOCUMENT_NOT_TRUSTED',
  message: 'Only published documents are taken: send one of schema/operations/manifest.json, or its id.',
};

export function mayAskAnything({ kind }: Caller): boolean {
  return kind === 'analyst' || kind === 'operator';
}
