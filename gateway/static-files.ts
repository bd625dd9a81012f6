import { createReadStream, readdirSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream';
import { acceptsGzip } from '../platform/http/accept-encoding';

/** Answers one path below where it is mounted. */
export type StaticFiles = (path: string, response: ServerResponse) => void;

const TYPES: Partial<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

function typeOf(name: string): string {
  return TYPES[extname(name)] ?? 'application/octet-stream';
}

/** File names that esbuild makes from the content: other content has another name. */
const NAMED_BY_CONTENT = /-[A-Z0-9]{8}\./;

/**
 * Serves a folder's files, listed by name at the start, so that no path can reach outside it. Where a file has a
 * twin in `.gz`, that is sent to clients that accept it.
 * @param headers headers of every file, such as the content security policy.
 * @param made further files by name, with their text
 */
export function staticFiles(
  folder: string,
  headers: Record<string, string>,
  made: ReadonlyMap<string, string> = new Map(),
): StaticFiles {
  const names = new Set(readdirSync(folder));
  return (path, response) => {
    const name = path === '' ? 'index.html' : path;
    const text = made.get(name);
    if (text !== undefined) {
      response
        .writeHead(200, { 'content-type': typeOf(name), 'cache-control': 'no-cache', ...headers })
        .end(text);
      return;
    }
    if (!names.has(name)) return void response.writeHead(404).end();
    const zipped = names.has(`${name}.gz`) && acceptsGzip(response.req.headers['accept-encoding']);
    response.writeHead(200, {
      'content-type': typeOf(name),
      'cache-control': NAMED_BY_CONTENT.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
      vary: 'accept-encoding',
      ...(zipped ? { 'content-encoding': 'gzip' } : {}),
      ...headers,
    });
    pipeline(createReadStream(join(folder, zipped ? `${name}.gz` : name)), response, () => {
      // A browser that went away needs no answer; a file that cannot be read has cut the answer short already.
    });
  };
}
