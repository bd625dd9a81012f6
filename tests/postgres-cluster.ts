import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../platform/http/free-port';

/** A PostgreSQL of its own, with its files and a free port; to be launched, again and again if need be. */
export interface PostgresCluster {
  port: number;
  folder: string;
  launch(): ChildProcess;
  isReady(): boolean;
}

/** Null when the machine has no PostgreSQL server. */
export async function postgresCluster(name: string, maxConnections: number): Promise<PostgresCluster | null> {
  const bin = binaries();
  if (bin === null) return null;
  const folder = mkdtempSync(join(tmpdir(), name));
  const account = unprivileged();
  if (account.uid !== undefined && account.gid !== undefined) chownSync(folder, account.uid, account.gid);
  const data = join(folder, 'data');
  const made = spawnSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    { ...account, cwd: folder },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr.toString()}`);
  const port = await freePort();
  const address = ['-h', '127.0.0.1', '-p', String(port)];
  const settings = ['-D', data, ...address, '-k', folder, '-c', `max_connections=${maxConnections}`];
  return {
    port,
    folder,
    launch: () => spawn(join(bin, 'postgres'), settings, { ...account, cwd: folder, stdio: 'ignore' }),
    isReady: () => spawnSync(join(bin, 'pg_isready'), [...address, '-U', 'postgres']).status === 0,
  };
}

function binaries(): string | null {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(debian, version, 'bin')), '/usr/local/bin', '/usr/bin'];
  return (
    folders.find((folder) =>
      ['initdb', 'postgres', 'pg_isready'].every((name) => existsSync(join(folder, name))),
    ) ?? null
  );
}

/** PostgreSQL refuses to run as root: Debian's package brings the user `postgres`. */
function unprivileged(): { uid?: number; gid?: number } {
  if (userInfo().uid !== 0) return {};
  const id = (flag: string) => Number(spawnSync('id', [flag, 'postgres']).stdout.toString());
  return { uid: id('-u'), gid: id('-g') };
}
