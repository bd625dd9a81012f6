import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of a few megabytes that can be filled to the last byte. */
export interface SmallDisk {
  folder: string;
  fill(): void;
  empty(): void;
  remove(): void;
}

const BLOCK = Buffer.alloc(4096, 1);

/** Null where this machine does not let us mount one (it takes root). */
export function smallDisk(megabytes = 8): SmallDisk | null {
  const folder = mkdtempSync(join(tmpdir(), 'faults-disk-'));
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]).status !== 0) {
    rmSync(folder, { recursive: true });
    return null;
  }
  const ballast = join(folder, 'ballast');
  const empty = () => {
    rmSync(ballast, { force: true });
  };
  return {
    folder,
    fill() {
      const file = openSync(ballast, 'a');
      try {
        for (;;) writeSync(file, BLOCK);
      } catch {
        // That is what it is for: the disk is full.
      } finally {
        closeSync(file);
      }
    },
    empty,
    remove() {
      spawnSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function canFillDisk(): boolean {
  const disk = smallDisk();
  disk?.remove();
  return disk !== null;
}
