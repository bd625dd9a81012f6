import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { demoIssuer } from '../../demo/issuer';
import { CASE_STUDY_PRACTICE, demoPeople, demoToken, type DemoCallerName } from '../../demo/people';
import { simulatorControl } from '../../demo/simulator-control';
import { publicApi } from '../../web/kit/api';
import { productProcess } from '../product-process';
import { browserAt } from './site-browser';

export type Website = Awaited<ReturnType<typeof startWebsite>>;

/** The product in a process of its own with everything simulated, and a browser in front of its website. */
export async function startWebsite() {
  const dataDir = mkdtempSync(join(tmpdir(), 'gp-booking-web-'));
  const product = productProcess(['everything'], {
    DATA_DIR: dataDir,
    PORT: '0',
    SIMULATOR_CONTROL_PORT: '0',
    // How busy the machine is with other tests is not the subject.
    LIMIT_LOOP_LAG_MS: '60000',
  });
  // Before anything else, so that nobody has to look for it.
  const [, url = ''] = await product.says(/^\s*Website +(http:\S+)\/\n/);
  const [, apiUrl = ''] = await product.says(/API +(http:\S+)/);
  const [, controlUrl = ''] = await product.says(/Simulator control +(http:\S+)/);
  const { send } = publicApi({ url: apiUrl, frontEndKey: undefined });
  const simulator = simulatorControl(controlUrl);
  const { visitor, afterEach, close } = await browserAt(url);
  return {
    url,
    people: demoPeople(CASE_STUDY_PRACTICE, new Date()),
    simulator,
    visitor,
    afterEach,
    clock: (minutes: number) => simulator.send('POST', '/clock', { minutes }),
    desk: (what: 'take' | 'free', hours = 13) =>
      simulator.send('POST', `/practices/${CASE_STUDY_PRACTICE}/desk/${what}`, { hours }),
    fault: (operation: string, kind: string, times?: number) =>
      simulator.send('POST', '/faults', {
        supplier: 'emis',
        operation,
        fault: { kind },
        ...(times && { times }),
      }),
    /** Simulated suppliers stop answering, or answer again. */
    async turn(way: 'down' | 'up', ...suppliers: string[]): Promise<void> {
      for (const supplier of suppliers) await simulator.send('POST', `/suppliers/${supplier}/${way}`);
    },
    /** Sends a published document as one of the invented people: others act while a page is open. */
    async api(operation: string, variables: object, as: DemoCallerName): Promise<void> {
      const token = await demoToken(as, CASE_STUDY_PRACTICE, new Date(), await demoIssuer(dataDir));
      await send(operation, { caller: { token, address: '' }, variables }, z.unknown());
    },
    async close(): Promise<void> {
      await close();
      await product.end('SIGTERM');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
