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

/** @param folder the bundle that `npm run build` made. */
export function explorerFiles(folder: string): StaticFiles {
  return staticFiles(folder, {
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'referrer-policy': 'no-referrer',
  });
}
