import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';

/** Part of the website's folder into which the build copies the design system: macros, styles and icons. */
const NHSUK = 'nhsuk';

/** Styles of our own, where the design system has none. */
const SITE = `
.app-dialog{max-width:36em;border:4px solid #005eb8;padding:24px}
.app-dialog::backdrop{background:rgba(33,43,50,.8)}
.app-code{font-size:2.5rem;font-weight:600;letter-spacing:.15em;font-family:monospace}
.app-link{background:none;border:0;padding:0;margin-left:16px;font:inherit;color:#005eb8;text-decoration:underline;cursor:pointer}
.app-link:focus{background:#ffeb3b;color:#212b32;outline:4px solid transparent;box-shadow:0 -2px #ffeb3b,0 4px #212b32;text-decoration:none}
.app-figure{margin:0 0 24px}
.app-chart{display:block;width:100%;max-width:640px;height:auto}
@media (min-width:48.0625em){.app-measure{max-width:66%}}
.app-address{overflow-wrap:anywhere}
.app-table{overflow:auto;margin-bottom:24px}
.app-table--long{max-height:85vh}
.app-table:focus{outline:4px solid #212b32;box-shadow:0 0 0 8px #ffeb3b}
.app-table table{margin-bottom:0}
.app-table .nhsuk-table__head .nhsuk-table__header{position:sticky;top:0;background:#f0f4f5;z-index:1;vertical-align:bottom}
.app-table tfoot th,.app-table tfoot td{font-weight:600;border-top:2px solid #4c6272}
[hidden]{display:none!important}
@media print{.app-no-print,.nhsuk-back-link,.nhsuk-footer,.nhsuk-skip-link{display:none!important}.app-table{max-height:none;overflow:visible}}
`;

/** Fonts come from another host, and are licensed for nhs.uk alone: the fall-back of the design system is used. */
const FOREIGN_FONTS = /@font-face\{[^}]*\}/g;

/** Bundled by `npm run build` from web/browser. */
const SCRIPT = join('browser', 'site.js');

/**
 * Serves the design system from this site, at an address with the hash of its content.
 * @param built folder of the built website
 */
export function registerAssets(app: FastifyInstance, built: string): { folder: string } {
  const read = (file: string) => readFileSync(join(built, file), 'utf8');
  const files = {
    'nhsuk.css': {
      type: 'text/css',
      text: read(join(NHSUK, 'nhsuk-frontend.min.css')).replace(FOREIGN_FONTS, ''),
    },
    'site.css': { type: 'text/css', text: SITE },
    'site.js': { type: 'text/javascript', text: read(SCRIPT) },
  };
  const hash = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
  const folder = `/assets/${hash}`;
  for (const [name, { type, text }] of Object.entries(files))
    app.get(`${folder}/${name}`, (_request, reply) =>
      reply
        .type(`${type}; charset=utf-8`)
        .header('cache-control', 'public, max-age=31536000, immutable')
        .send(text),
    );
  registerIcons(app, join(built, NHSUK, 'assets', 'images'));
  return { folder };
}

const ICON_TYPES: Readonly<Record<string, string>> = {
  ico: 'image/x-icon',
  png: 'image/png',
  svg: 'image/svg+xml',
};

/** Icons of the site, which are few and small: read once. */
function registerIcons(app: FastifyInstance, images: string): void {
  for (const name of readdirSync(images)) {
    const type = ICON_TYPES[name.split('.').at(-1) ?? ''];
    if (type === undefined) continue;
    const content = readFileSync(join(images, name));
    app.get(`/assets/images/${name}`, (_request, reply) =>
      reply.type(type).header('cache-control', 'public, max-age=86400').send(content),
    );
  }
}
