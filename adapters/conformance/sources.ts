import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * SHA-256 of what a certificate speaks of, so that anybody can tell whether it belongs to the sources at hand: one
 * supplier's folder, and everything under `adapters/` that the suppliers share.
 * @param root the repository.
 */
export function sourcesDigest(root: string, supplier: string, suppliers: readonly string[]) {
  const adapters = join(root, 'adapters');
  const files = readdirSync(adapters, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .sort();
  const isOf = (id: string) => (file: string) => file.startsWith(`${id}/`);
  const isShared = (file: string) => !suppliers.some((id) => isOf(id)(file)) && file !== 'suppliers.ts';
  const digest = (chosen: readonly string[]) => {
    const hash = createHash('sha256');
    for (const file of chosen)
      hash
        .update(file)
        .update('\0')
        .update(readFileSync(join(adapters, file)))
        .update('\0');
    return hash.digest('hex');
  };
  return { adapter: digest(files.filter(isOf(supplier))), kit: digest(files.filter(isShared)) };
}
