import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readOrCreateFile } from '../domain/read-or-create-file';
import type { Secrets } from '../domain/secret';

/** The secrets of the settings. Outside production one is made on first use, and kept. */
export async function knownSecrets({
  secrets,
  dataDir,
}: {
  secrets: Secrets | undefined;
  dataDir: string;
}): Promise<Secrets> {
  return (
    secrets ?? [
      await readOrCreateFile(join(dataDir, 'secret'), () =>
        Promise.resolve(randomBytes(32).toString('base64url')),
      ),
    ]
  );
}
