import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { cors } from '../../gateway/limits/cors';
import { describeInBrowser, HANGS_AFTER_MS, openBrowser, type OpenBrowser } from './browser';

jest.setTimeout(HANGS_AFTER_MS + 30_000);

/** Headers that usual clients send by default or by a setting, and those of browsers' tracing. */
const SENT = {
  authorization: 'Bearer a.b.c',
  'content-type': 'application/json',
  accept: 'application/graphql-response+json, application/json',
  'x-request-id': '8c0f4f2e-0000-4000-8000-000000000000',
  'apollo-require-preflight': '1',
  'x-apollo-operation-name': 'Dispositions',
  'apollographql-client-name': 'nhs-website',
  'apollographql-client-version': '1.2.3',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'vendor=value',
  baggage: 'key=value',
};

describeInBrowser('a web page elsewhere, in a browser', () => {
  const servers: Server[] = [];
  let browser: OpenBrowser;
  let api: string;
  let allowed: string;
  let other: string;

  beforeAll(async () => {
    const page: RequestListener = (_, response) => {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>A page</title>');
    };
    allowed = await listening(page);
    other = await listening(page);
    const answeredByCors = cors([allowed]);
    api = await listening((request, response) => {
      if (!answeredByCors(request, response)) response.end(JSON.stringify(request.headers));
    });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    for (const server of servers) server.close();
  });

  async function listening(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async function send(from: string, headers: Record<string, string>): Promise<string> {
    await browser.page.goto(from);
    const script = `fetch(${JSON.stringify(api)}, { method: 'POST', body: '{}', headers: ${JSON.stringify(headers)} })
      .then((response) => response.text(), (error) => String(error))`;
    return String(await browser.page.evaluate(script));
  }

  it.each(Object.entries(SENT))('that is allowed may send %s', async (name, value) => {
    expect(JSON.parse(await send(allowed, { [name]: value }))).toHaveProperty([name], value);
  });

  it('that is not named may send nothing that needs to be asked for', async () => {
    expect(await send(other, SENT)).toContain('TypeError');
  });
});
