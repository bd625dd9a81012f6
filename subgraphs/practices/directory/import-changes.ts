import type { DirectoryPractice } from './directory-practice';
import type { EditionPractices, NextPractices } from './next-practices';

/** Differences between an edition and the one before. */
export interface ImportChanges {
  added: number;
  /** Another name, address, telephone number or place. */
  changed: number;
  /** ODS codes of practices that are not in it any more: closed, or no GP practice. */
  closed: string[];
  /** ODS codes of those that had left and are in it again; they are among the added. */
  returned: string[];
}

export function changesSince(
  before: EditionPractices,
  { current, left, returned }: NextPractices,
): ImportChanges {
  const old = byCode(before.current);
  const stayed = [...byCode(current)].filter(([code]) => old.has(code));
  return {
    added: current.length - stayed.length,
    changed: stayed.filter(([code, text]) => old.get(code) !== text).length,
    closed: left,
    returned,
  };
}

/** Each practice as text, which differs when anything of it does. */
function byCode(practices: readonly DirectoryPractice[]): Map<string, string> {
  return new Map(practices.map((practice) => [practice.odsCode, JSON.stringify(practice)]));
}
