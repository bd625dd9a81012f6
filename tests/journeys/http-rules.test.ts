import { inOneProcess, type GatewayUnderTest } from '../gateway-under-test';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await inOneProcess();
});
afterAll(() => gateway.close());

const READ = ['/health/live', '/health/ready', '/metrics', '/explorer/', '/', '/explorer'];
const ALLOW = 'GET, HEAD';

/** RFC 9110: GET and HEAD on everything that is read, 405 with `Allow` for the rest (sections 9.1, 15.5.6). */
test.each([
  ...READ.flatMap((path) => [
    { method: 'GET', path, status: 200, allow: null },
    { method: 'HEAD', path, status: 200, allow: null },
    ...['POST', 'PUT', 'DELETE', 'PATCH'].map((method) => ({ method, path, status: 405, allow: ALLOW })),
  ]),
  { method: 'GET', path: '/nothing', status: 404, allow: null },
  { method: 'POST', path: '/nothing', status: 404, allow: null },
])('$method $path is answered with $status', async ({ method, path, status, allow }) => {
  const response = await fetch(`${gateway.url}${path}`, { method });
  expect({ status: response.status, allow: response.headers.get('allow') }).toEqual({ status, allow });
  if (method === 'HEAD') expect(await response.text()).toBe('');
  else await response.arrayBuffer();
});

test('a connection is kept for longer than a load balancer keeps it', async () => {
  const response = await fetch(`${gateway.url}/health/live`);
  expect(response.headers.get('keep-alive')).toBe('timeout=65');
  await response.arrayBuffer();
});
