import { join } from 'node:path';
import pino from 'pino';
import { CASE_STUDY_PRACTICE, demoPeople, demoToken, type DemoCallerName } from '../../demo/people';
import { demoIssuer } from '../../demo/issuer';
import { startSignIn, startWeb } from '../../start';
import { inOneProcess, type GatewayUnderTest } from '../gateway-under-test';
import { asker, type Ask } from '../patient-journey';
import { plant, plantPerson } from '../planted';
import { apiTee } from './api-tee';
import { browserAt } from './site-browser';

/** The whole product with its website and its sign-in provider, in this process, where it is always noon. */
export interface SiteUnderTest extends Pick<Awaited<ReturnType<typeof browserAt>>, 'visitor' | 'afterEach'> {
  website: string;
  gateway: GatewayUnderTest;
  /** Asks the API as somebody whom the provider's page signs in. */
  askAs(name: DemoCallerName): Promise<Ask>;
  people: ReturnType<typeof demoPeople>;
  /** Secrets that the website has sent to the API so far. */
  secrets: ReadonlySet<string>;
  /** The API answers nothing, or answers again. */
  letApiBeDown(isDown: boolean): void;
  close(): Promise<void>;
}

export async function siteUnderTest(env: Record<string, string> = {}): Promise<SiteUnderTest> {
  const gateway = await inOneProcess(env);
  const { config, now } = gateway;
  const logger = pino({ level: 'trace' }, { write: (line: string) => gateway.logged.push(line) });
  const context = { config, logger, now, explorerFolder: '' };
  const signIn = await startSignIn(context);
  const api = await apiTee(`${gateway.url}/graphql`);
  const websiteFolder = join(__dirname, '..', '..', 'dist', 'web');
  const website = await startWeb({ ...context, websiteFolder }, api.url, signIn?.issuers);
  const people = demoPeople(CASE_STUDY_PRACTICE, now());
  for (const person of Object.values(people)) plantPerson(person);
  const issuer = await demoIssuer(config.dataDir);
  const { visitor, afterEach, close } = await browserAt(website.url);
  return {
    visitor,
    afterEach,
    website: website.url,
    gateway,
    people,
    secrets: api.secrets,
    letApiBeDown(isDown) {
      api.isDown = isDown;
    },
    async askAs(name) {
      const token = await demoToken(name, CASE_STUDY_PRACTICE, now(), issuer);
      plant(token);
      return asker(gateway.url, token);
    },
    async close() {
      await close();
      await website.close();
      await api.close();
      await signIn?.close();
      await gateway.close();
    },
  };
}
