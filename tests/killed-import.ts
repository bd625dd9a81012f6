import { cpSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';

/**
 * `npm run directory:import` as a crash would find it before each of its commits, which are counted from 1: its data
 * folder is copied to `<IMAGES>/<commit>`, and before the commit `KILL_AT` it is really killed.
 */
const { DATA_DIR: dataDir = '', IMAGES: images, KILL_AT: killAt } = process.env;
const { exec } = Libsql.prototype;
let commits = 0;

Libsql.prototype.exec = function (statement) {
  if (statement === 'commit') beforeCommit(++commits);
  return exec.call(this, statement);
};

function beforeCommit(commit: number): void {
  if (images !== undefined)
    cpSync(dataDir, join(images, String(commit)), { recursive: true, filter: isOnDisk });
  if (commit === Number(killAt)) process.kill(process.pid, 'SIGKILL');
}

/** Not what processes share while they have the database open. */
function isOnDisk(file: string): boolean {
  return !file.endsWith('-shm');
}

void import('../scripts/directory-import.js');
