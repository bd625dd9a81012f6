import type { Kysely } from 'kysely';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Content, PathwayContent } from './content';
import { hasLapsed } from './content-expiry';
import { editionFrom, isDemo } from './load-content';
import type { LiveTrust } from './signatures';
import type { TriageTables } from '../database/tables';

/** A pathway as it was when somebody began it, and the content round it. */
export interface ContentEdition {
  pathway: PathwayContent;
  content: Content;
}

/**
 * Every edition of every pathway that was ever offered here. An assessment stays on the edition that it began with,
 * whatever is deployed meanwhile, in every process and after every restart.
 */
export interface ContentEditions {
  current: Content;
  /** Null where this edition was never kept here, cannot be read any more, or must not be used in live mode. */
  find(pathwayId: string, hash: string): Promise<ContentEdition | null>;
}

const Files = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(z.record(z.string(), z.string()));

const MAX_CACHED_EDITIONS = 100;

/** Keeps the current content in the database, so that its assessments stay on it. */
export async function keepContent(
  db: Kysely<TriageTables>,
  current: Content,
  now: () => Date,
): Promise<void> {
  for (const { hash, id, version, files } of current.pathways.values())
    await db
      .insertInto('triage_content')
      .values({
        hash,
        pathway_id: id,
        version,
        files: JSON.stringify(Object.fromEntries(files)),
        kept_at: now().getTime(),
      })
      .onConflict((conflict) => conflict.column('hash').doNothing())
      .execute();
}

/** The current content, and older editions that the database has. */
export function contentEditions(
  db: Kysely<TriageTables>,
  current: Content,
  /** In live mode an edition is used while the signatures over it hold. */
  trust: 'demo' | LiveTrust,
): ContentEditions {
  const found = new LRUCache<string, ContentEdition | 'NONE'>({ max: MAX_CACHED_EDITIONS });

  async function readEdition(pathwayId: string, hash: string): Promise<ContentEdition | null> {
    const row = await db
      .selectFrom('triage_content')
      .select('files')
      .where('hash', '=', hash)
      .where('pathway_id', '=', pathwayId)
      .executeTakeFirst();
    if (row === undefined) return null;
    const files = new Map(Object.entries(Files.parse(row.files)));
    const content = editionFrom(files, trust === 'demo' ? null : trust);
    const pathway = content?.pathways.get(pathwayId);
    if (!content || !pathway) return null;
    return trust !== 'demo' && isDemo(content) ? null : { pathway, content };
  }

  return {
    current,
    find: async (pathwayId, hash) => {
      const pathway = current.pathways.get(pathwayId);
      if (pathway?.hash === hash) return { pathway, content: current };
      const edition = found.get(hash) ?? (await readEdition(pathwayId, hash)) ?? 'NONE';
      found.set(hash, edition);
      if (edition === 'NONE' || (trust !== 'demo' && hasLapsed(edition.content, trust.now()))) return null;
      return edition;
    },
  };
}
