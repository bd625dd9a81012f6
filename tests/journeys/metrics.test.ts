import { inOneProcess, overHttp, type GatewayUnderTest } from '../gateway-under-test';

const OF_APPOINTMENTS = /^gp_booking_unsettled 0$/m;
const OF_THE_PROCESS = /^nodejs_eventloop_lag_seconds /m;

async function scrape(url: string | undefined): Promise<{ status: number; text: string }> {
  const response = await fetch(new URL('/metrics', url));
  return { status: response.status, text: await response.text() };
}

describe('metrics', () => {
  let gateway: GatewayUnderTest;
  afterEach(() => gateway.close());

  test('of everything in one process are on its one server', async () => {
    gateway = await inOneProcess();
    const { status, text } = await scrape(gateway.url);
    expect(status).toBe(200);
    expect(text).toMatch(OF_APPOINTMENTS);
    expect(text).toMatch(OF_THE_PROCESS);
    expect(text).toContain('gp_booking_supplier_breaker{supplier="emis",state="CLOSED"} 1');
  });

  test('of appointments alone are on its own server, which answers nothing else to strangers', async () => {
    gateway = await overHttp();
    const { url } = gateway.config.subgraphs.appointments;
    expect((await scrape(url)).text).toMatch(OF_APPOINTMENTS);
    expect((await fetch(url!, { method: 'POST', body: '{"query":"{__typename}"}' })).status).toBe(401);
    const ofGateway = await scrape(gateway.url);
    expect(ofGateway.text).toMatch(OF_THE_PROCESS);
    expect(ofGateway.text).not.toMatch(OF_APPOINTMENTS);
  });

  test('are not there when they are switched off', async () => {
    gateway = await inOneProcess({ METRICS: 'off' });
    expect((await scrape(gateway.url)).status).toBe(404);
  });
});
