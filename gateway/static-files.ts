import { readFileSync, readdirSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname, join } from 'node:path';

/** Answers one path below where it is mounted. */
export type StaticFiles = (path: string, response: ServerResponse) => void;

const TYPES: Partial<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
};

/**
 * A folder's files, known by name before any request comes, so that no path can reach outside it.
 * @param headers sent with every file, such as the content security policy.
 */
export function staticFiles(folder: string, headers: Record<string, string>): StaticFiles {
  const names = new Set(readdirSync(folder));
  return (path, response) => {
    const name = path === '' ? 'index.html' : path;
    if (!names.has(name)) return void response.writeHead(404).end();
    response
      .writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream', ...headers })
      .end(readFileSync(join(folder, name)));
  };
}
