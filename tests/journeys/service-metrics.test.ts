import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { parse } from 'yaml';
import { supplierIds } from '../../adapters/registry';
import { readConfig, simulatorPortVariable } from '../../config';
import { startEverything, startSubgraph, type Started, type StartContext } from '../../start';
import { asker, newFamily } from '../patient-journey';
import { inOneProcess, overHttp, type GatewayUnderTest } from '../gateway-under-test';
import { EXECUTOR } from '../executor';

const OF_APPOINTMENTS = /^gp_booking_unsettled 0$/m;
const OF_THE_PROCESS = /^nodejs_eventloop_lag_seconds /m;

async function scrape(url: string | undefined): Promise<{ status: number; text: string }> {
  const response = await fetch(new URL('/metrics', url));
  return { status: response.status, text: await response.text() };
}

describe('metrics of everything in one process', () => {
  let gateway: GatewayUnderTest;
  beforeAll(async () => {
    gateway = await inOneProcess();
  });
  afterAll(() => gateway.close());

  test('are on its one server', async () => {
    const { status, text } = await scrape(gateway.url);
    expect(status).toBe(200);
    expect(text).toMatch(OF_APPOINTMENTS);
    expect(text).toMatch(OF_THE_PROCESS);
    expect(text).toContain('gp_booking_supplier_breaker{supplier="emis",state="CLOSED"} 1');
    for (const part of ['gateway', 'triage', 'practices', 'appointments'])
      expect(text).toContain(`gp_booking_ready{part="${part}"} 1`);
    // There before the first, so that a rate sees the first.
    expect(text).toContain('gp_booking_gateway_errors_total{code="INTERNAL_SERVER_ERROR"} 0');
  });

  test('are all that the alerts, the dashboard and the page for operators speak of', async () => {
    const docs = ['operate.md', 'operate/alerts.yaml', 'operate/dashboard.json'].map((file) =>
      readFileSync(join(__dirname, '..', '..', 'docs', file), 'utf8'),
    );
    expect(parse(docs[1]!)).toMatchObject({
      groups: [{ name: 'parts' }, { name: 'bookings' }, { name: 'gateway' }],
    });
    const spoken = docs.flatMap(
      (text) => text.match(/\b(?:gp_booking|nodejs|process)_[a-z0-9_]*[a-z0-9]\b/g) ?? [],
    );
    const known = [...(await scrape(gateway.url)).text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(known.length).toBeGreaterThan(40);
    const unknown = spoken
      .map((name) => name.replace(/_(bucket|count|sum)$/, ''))
      // A demonstration has no signatures that could end.
      .filter((name) => !known.includes(name) && name !== 'gp_booking_clinical_content_seconds_left');
    expect([...new Set(unknown)]).toEqual([]);
  });

  test("name published operations, codes and suppliers' answers, and no text of a client", async () => {
    const { ask } = await newFamily(gateway);
    const published = readFileSync(
      join(__dirname, '..', '..', 'schema', 'operations', 'MyBookings.graphql'),
      'utf8',
    );
    expect((await ask(published)).errors).toEqual([]);
    await ask('query Unmistakable { bookablePeople { id } }');
    await asker(gateway.url, 'no.token.')('{ __typename }');
    const { text } = await scrape(gateway.url);
    expect(text).toContain('gp_booking_gateway_operation_seconds_count{operation="MyBookings"} 1');
    expect(text).toContain('gp_booking_gateway_operation_seconds_count{operation="other"} 1');
    expect(text).toContain('gp_booking_gateway_refusals_total{code="UNAUTHENTICATED"} 1');
    expect(text).not.toContain('Unmistakable');
  });
});

describe('metrics', () => {
  let gateway: GatewayUnderTest;
  afterEach(() => gateway.close());

  test('of appointments alone are on its own server, which answers nothing else to strangers', async () => {
    gateway = await overHttp();
    const { url } = gateway.config.subgraphs.appointments;
    expect((await scrape(url)).text).toMatch(OF_APPOINTMENTS);
    expect((await scrape(url)).text).toMatch(/^gp_booking_ready\{part="appointments"\} 1$/m);
    expect((await fetch(url!, { method: 'POST', body: '{"query":"{__typename}"}' })).status).toBe(401);
    const ofGateway = await scrape(gateway.url);
    expect(ofGateway.text).toMatch(OF_THE_PROCESS);
    expect(ofGateway.text).toMatch(/^gp_booking_ready\{part="gateway"\} 1$/m);
    expect(ofGateway.text).not.toMatch(OF_APPOINTMENTS);
  });

  test('are not there when they are switched off', async () => {
    gateway = await inOneProcess({ METRICS: 'off' });
    expect((await scrape(gateway.url)).status).toBe(404);
  });
});

test.each<[string, (on: StartContext) => Promise<Started>]>([
  ['everything in one process', startEverything],
  ['one part alone', (on) => startSubgraph('appointments', on)],
])('of %s that stops say, as /health/ready does, that nobody is to be sent there', async (_, start) => {
  const { url, close } = await start({
    config: readConfig({
      NODE_ENV: 'test',
      EXECUTOR,
      PORT: '0',
      APPOINTMENTS_PORT: '0',
      SIMULATOR_CONTROL_PORT: '0',
      ...Object.fromEntries(supplierIds.map((id) => [simulatorPortVariable(id), '0'])),
      DATA_DIR: mkdtempSync(join(tmpdir(), 'gp-booking-')),
      DRAIN_SECONDS: '2',
    }),
    logger: pino({ level: 'silent' }),
    now: () => new Date(),
    explorerFolder: tmpdir(),
  });
  const closed = close();
  const [ready, { text }] = await Promise.all([fetch(new URL('/health/ready', url)), scrape(url)]);
  await closed;
  expect(ready.status).toBe(503);
  expect(text).toMatch(/^gp_booking_ready\{part="appointments"\} 0$/m);
  expect(text).not.toMatch(/^gp_booking_ready.* 1$/m);
});
