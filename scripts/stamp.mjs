import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Calls `make` unless it made the same of the same files before; `stamp` is where that is kept. */
export async function unlessMade(stamp, files, make) {
  const hash = createHash('sha256');
  for (const file of [...files].sort())
    hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  const wanted = hash.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  try {
    mkdirSync(dirname(stamp), { recursive: true });
    accessSync(dirname(stamp), constants.W_OK);
    rmSync(stamp, { force: true });
    await make();
    writeFileSync(stamp, wanted);
  } catch (error) {
    const remedy = REMEDIES[error.code];
    if (remedy === undefined) throw error;
    console.error(
      `${dirname(stamp)} is missing or out of date, and cannot be built (${error.code}): ${remedy}`,
    );
    process.exit(1);
  }
}

const AS_OWNER = `run npm run build as the user who may write to ${process.cwd()}.`;
const REMEDIES = {
  EACCES: AS_OWNER,
  EPERM: AS_OWNER,
  EROFS: AS_OWNER,
  ERR_MODULE_NOT_FOUND: 'the packages for development are not installed; run npm ci.',
};
