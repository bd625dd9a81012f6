import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { londonDate, startOfLondonDay } from '../../domain/london-time';
import { makeOwnerOnlyFolder } from '../../domain/owner-only';
import { DiaryChange } from './diary-records';

/** The diary's memory across restarts: what was, and where each further change is kept before it counts. */
export interface Journal {
  earlier: readonly DiaryChange[];
  /** @throws Error for what could not be read again; then nothing is written. */
  keep(changes: readonly DiaryChange[]): void;
}

/** The changes of one act stand in one line, so that a line cut short takes all of them away. */
const Line = z.array(DiaryChange);
const Missing = z.object({ code: z.literal('ENOENT') });
const OWNER_ONLY = { mode: 0o600 };

/**
 * Opens a file of JSON lines, made where there is none. Entries of days gone by, and those overtaken by later ones,
 * are dropped at opening. What follows the last line end was being written when the process died, and never was
 * acknowledged.
 * @throws Error that names file and line where a line is not an entry.
 */
export function openJournal(file: string, now: Date): Journal {
  makeOwnerOnlyFolder(dirname(file));
  const earlier = compacted(readChanges(file), startOfLondonDay(londonDate(now)));
  const fresh = `${file}.new`;
  // One that a killed process left may have any mode.
  rmSync(fresh, { force: true });
  writeFileSync(fresh, earlier.map((change) => lineOf([change])).join(''), OWNER_ONLY);
  renameSync(fresh, file);
  return {
    earlier,
    keep(changes) {
      const line = lineOf(changes);
      // Whatever could not be read again would keep the next start from beginning.
      Line.parse(JSON.parse(line));
      // Opened anew each time: a descriptor held open would write into the file that another start has replaced.
      // Not synchronised to disk, since what is simulated need not outlive the machine's power.
      appendFileSync(file, line, OWNER_ONLY);
    },
  };
}

function readChanges(file: string): DiaryChange[] {
  const lines = textOf(file).split('\n').slice(0, -1);
  return lines.flatMap((line, index) => {
    const changes = Line.safeParse(jsonOf(line));
    if (changes.success) return changes.data;
    throw new Error(
      `${file}, line ${index + 1}, is no entry of the simulated suppliers' diary: delete the line, or the file to begin anew.`,
    );
  });
}

/** The last change of each thing, in the order in which the things came to be. */
function compacted(changes: readonly DiaryChange[], today: Date): DiaryChange[] {
  const last = new Map<string, DiaryChange>();
  for (const change of changes) last.set(subjectOf(change), change);
  return [...last.values()].filter((change) => endOf(change) > today.getTime());
}

function subjectOf(change: DiaryChange): string {
  switch (change.kind) {
    case 'patient':
      return `patient ${change.patient.id}`;
    case 'slot':
      return `slot ${change.practice} ${change.id}`;
    case 'appointment':
      return `appointment ${change.appointment.id}`;
    case 'settings':
      return `settings ${change.practice}`;
  }
}

/** Returns the time after which a change is of no more use; patients and settings always are. */
function endOf(change: DiaryChange): number {
  switch (change.kind) {
    case 'slot':
      return change.endsAt.getTime();
    case 'appointment':
      return change.appointment.slot.endsAt.getTime();
    case 'patient':
    case 'settings':
      return Number.POSITIVE_INFINITY;
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (!Missing.safeParse(error).success) throw error;
    return '';
  }
}

function lineOf(changes: readonly DiaryChange[]): string {
  return `${JSON.stringify(changes)}\n`;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
