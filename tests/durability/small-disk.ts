import { spawnSync } from 'node:child_process';
import { chownSync, closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/** A disk of a few megabytes in memory, which a test can fill up. */
export interface SmallDisk {
  folder: string;
  /** Leaves no room for another page. */
  fill(): void;
  makeRoom(): void;
  close(): void;
}

const NoSpace = z.object({ code: z.literal('ENOSPC') });

/** Null where this machine does not let the test mount one; says so. @param uid who may write to it. */
export function mountSmallDisk(megabytes: number, uid?: number): SmallDisk | null {
  const folder = mkdtempSync(join(tmpdir(), 'gp-booking-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  if (mounted.status !== 0) {
    rmdirSync(folder);
    process.stderr.write('\nNo disk could be mounted (that needs root): a full disk was not tested.\n');
    return null;
  }
  if (uid !== undefined) chownSync(folder, uid, -1);
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill() {
      const file = openSync(ballast, 'w');
      const page = Buffer.alloc(4096, 1);
      try {
        for (;;) writeSync(file, page);
      } catch (error) {
        if (!NoSpace.safeParse(error).success) throw error;
      } finally {
        closeSync(file);
      }
    },
    makeRoom: () => rmSync(ballast),
    close() {
      spawnSync('umount', ['-l', folder]);
      rmdirSync(folder);
    },
  };
}
