import type { Kysely } from 'kysely';
import type { PracticesTables } from '../database/tables';
import type { DirectoryPractice } from './directory-practice';
import { practicesOf } from './edition-directory';

/** Differences between an edition and the one before. */
export interface ImportChanges {
  added: number;
  /** Another name, address, telephone number or place. */
  changed: number;
  /** ODS codes of practices that are not in it any more: closed, or no GP practice. */
  closed: string[];
}

export async function changesSince(
  db: Kysely<PracticesTables>,
  before: number,
  edition: number,
): Promise<ImportChanges> {
  const old = byCode(await practicesOf(db, before));
  const current = byCode(await practicesOf(db, edition));
  const stayed = [...current.keys()].filter((code) => old.has(code));
  return {
    added: current.size - stayed.length,
    changed: stayed.filter((code) => old.get(code) !== current.get(code)).length,
    closed: [...old.keys()].filter((code) => !current.has(code)).sort(),
  };
}

/** Each practice as text, which differs when anything of it does. */
function byCode(practices: readonly DirectoryPractice[]): Map<string, string> {
  return new Map(practices.map((practice) => [practice.odsCode, JSON.stringify(practice)]));
}
