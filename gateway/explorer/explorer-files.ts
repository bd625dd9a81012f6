import { staticFiles, type StaticFiles } from '../static-files';

/** GraphiQL and its Monaco workers are bundled with the product: nothing is fetched from anywhere else. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  'font-src data:',
  'img-src data:',
  // Monaco colours syntax by style elements of its own.
  "style-src 'self' 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Settings that the page has to know before it asks anything; gateway/explorer/app/explorer-settings.ts reads it. */
export interface ExplorerSettings {
  /** True: published documents alone are for all, and the schema is for analysts and operators. */
  schemaNeedsToken: boolean;
  /** Page of the website that answers statistics without a query; null where no website is known. */
  statisticsPage: string | null;
}

/** @param folder the bundle that `npm run build` made. */
export function explorerFiles(folder: string, settings: ExplorerSettings): StaticFiles {
  const headers = { 'content-security-policy': CONTENT_SECURITY_POLICY, 'referrer-policy': 'no-referrer' };
  return staticFiles(folder, headers, new Map([['settings.json', JSON.stringify(settings)]]));
}
