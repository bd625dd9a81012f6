import type { BrowserContext, CDPSession } from 'playwright-core';
import type { DemoCallerName } from '../../demo/people';
import { FORMS } from '../../web/patient/patient-pages';
import { insightSiteUnderTest, type InsightSiteUnderTest } from './insight-site';
import { describeInBrowser, DESKTOP, HANGS_AFTER_MS, namesOutcome, SECRET } from './site-browser';
import type { SiteUnderTest } from './site-under-test';

// Later than Playwright, which says what it has waited for.
jest.setTimeout(2 * HANGS_AFTER_MS);

/** More than the site has for one reader; a site that makes addresses without end fails. */
const MAX_OF_ONE_PAGE = 4;
const MAX_PAGES = 80;
const MAX_BYTES = 100 * 1024;
const PRACTICE_STAFF: ReadonlySet<DemoCallerName> = new Set(['practice', 'receptionist']);

/** Everything about a page that the rules below are about; read in the page itself. */
interface SeenPage {
  path: string;
  title: string;
  headings: string[];
  /** All headings, of which the title names one. */
  named: string[];
  links: string[];
  sources: string[];
  /** Elements that a policy without unsafe-inline would leave without effect. */
  inline: number;
  forms: { method: string; action: string; token: string; fields: [string, string][] }[];
}

const READ = `(() => ({
  path: location.pathname,
  title: document.title,
  headings: [...document.querySelectorAll('h1')].map((one) => one.textContent.replace(/\\s+/g, ' ').trim()),
  named: [...document.querySelectorAll('h1, h2, h3')].map((one) => one.textContent.replace(/\\s+/g, ' ').trim()),
  links: [...document.querySelectorAll('a[href]')].map((one) => one.href),
  sources: [...document.querySelectorAll('[src], link[href]')].map((one) => one.src || one.href),
  inline: document.querySelectorAll('script:not([src]):not([nonce]), style, [style], [onclick], [onload], [onsubmit]').length,
  forms: [...document.querySelectorAll('form')].map((one) => ({
    method: one.method,
    action: one.action,
    token: one.querySelector('[name=_csrf]')?.value ?? '',
    fields: [...new FormData(one)].filter(([name]) => name !== '_csrf'),
  })),
}))()`;

describeInBrowser('every page of the website', () => {
  let site: SiteUnderTest;
  let insight: InsightSiteUnderTest;

  beforeAll(async () => {
    // With people of last month, so that statistics have answers.
    insight = await insightSiteUnderTest();
    ({ site } = insight);
  });
  afterEach(() => site.afterEach());
  afterAll(() => insight.close());

  it('that a person meets on the way to an appointment, and afterwards', async () => {
    const crawler = await newCrawler('parent');
    const { page, check, visitor } = crawler;
    const { birthDate } = site.people.sam;
    await visitor.walk({ birthDate, signInAs: 'parent', onPage: check }, '/booked');
    await page.goto(`${site.website}/appointments`);
    await page.getByRole('button', { name: /^See this appointment/ }).click();
    await page.waitForURL(/\/appointment\/[\w-]+$/);
    const name = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    await check();
    // What is reached by a form or a script alone, and addresses of forms that somebody loads again.
    const alone = ['/appointments', '/continue-elsewhere', '/resume', '/timed-out'];
    await crawler.crawl('/', ...alone, ...Object.keys(FORMS).map((path) => path.replace(':name', name)));
    expect(crawler.found()).toEqual([]);
    expect(crawler.paths()).toEqual(
      expect.arrayContaining([
        '/',
        '/who',
        '/outcome',
        '/times',
        '/contact',
        '/check',
        `/booked/${name}`,
        `/appointment/${name}`,
      ]),
    );
  });

  it.each([
    { as: 'operator', start: '/operator', meets: ['/operator/symptom-checks/all'] },
    {
      as: 'analyst',
      start: '/operator/suppliers',
      meets: ['/operator/suppliers', '/insight', '/insight/count', '/insight/answer', '/insight/report'],
    },
    { as: 'practice', start: '/practice', meets: ['/practice/rules'] },
    { as: 'receptionist', start: '/practice', meets: ['/practice/history'] },
  ] as const)('that the $as comes to', async ({ as, start, meets }) => {
    const crawler = await newCrawler(as);
    await crawler.visitor.signsInAt(`/sign-in?as=staff&next=${start}`, as);
    await crawler.page.waitForURL(site.website + start);
    await crawler.crawl(start);
    expect(crawler.found()).toEqual([]);
    expect(crawler.paths()).toEqual(expect.arrayContaining([...meets]));
  });

  it('leaves nothing secret in the logs', () => {
    const log = site.gateway.logged.join('\n');
    expect(site.secrets.size).toBeGreaterThan(5);
    expect([...site.secrets].filter((secret) => secret.length > 8 && log.includes(secret))).toEqual([]);
  });

  /** Reads pages as one person, and collects what is wrong with any of them. */
  async function newCrawler(name: DemoCallerName) {
    const visitor = await site.visitor({ viewport: DESKTOP });
    const { page, context } = visitor;
    const weights = await weigh(await context.newCDPSession(page));
    const problems: string[] = [];
    const titles = new Map<string, string>();
    const tried = new Set<string>();
    let headers: Record<string, string> = {};
    page.on('response', (response) => {
      if (response.request().isNavigationRequest() && response.status() < 300) headers = response.headers();
    });

    /** Checks the page that is shown. */
    async function check(): Promise<SeenPage> {
      await page.waitForLoadState('load');
      const seen = await page.evaluate<SeenPage>(READ);
      const wrong = (text: string) => problems.push(`${name} at ${seen.path}: ${text}`);
      for (const text of faultsOf(seen, headers, site.website)) wrong(text);
      // A care card says its level before its heading.
      const [title = ''] = seen.title.replace(/^Error: /, '').split(' - ');
      if (title === '' || !/ - \S/.test(seen.title) || !seen.named.some((heading) => heading.includes(title)))
        wrong(`is called "${seen.title}"`);
      const other = [...titles].find(([path, one]) => one === seen.title && path !== seen.path);
      if (other !== undefined) wrong(`has the title of ${other[0]}: "${seen.title}"`);
      titles.set(seen.path, seen.title);
      const bytes = weights.total();
      if (bytes > MAX_BYTES) wrong(`weighs ${bytes} bytes`);
      if (bytes === 0) wrong('could not be weighed');
      for (const secret of site.secrets)
        if (secret.length > 8 && (seen.title + page.url()).includes(secret))
          wrong('has a secret in its address or title');
      for (const form of seen.forms) await tryWithoutToken(context, form, wrong);
      return seen;
    }

    async function tryWithoutToken(
      { request }: BrowserContext,
      { method, action, token, fields }: SeenPage['forms'][number],
      wrong: (text: string) => void,
    ): Promise<void> {
      const { pathname } = new URL(action);
      if (method !== 'post') wrong(`has a form of method ${method}`);
      if (token === '') wrong(`has a form to ${pathname} without a token`);
      if (tried.has(pathname)) return;
      tried.add(pathname);
      const form = Object.fromEntries(fields);
      const others = [form, { ...form, _csrf: '' }, { ...form, _csrf: `${token.slice(0, -1)}_` }];
      for (const data of others) {
        const refused = await request.post(action, { form: data, maxRedirects: 0 });
        if (refused.status() !== 403) wrong(`takes ${pathname} with a wrong token: ${refused.status()}`);
      }
    }

    /** Follows every link of this site, breadth first. */
    async function crawl(...starts: string[]): Promise<void> {
      const waiting: string[] = [];
      const queued = new Map<string, Set<string>>();
      const queue = (address: string) => {
        const { pathname, search } = new URL(address);
        const page = pathname.replaceAll(/\d{4}-W\d\d/g, 'week');
        const likeIt = queued.get(page) ?? new Set();
        // Each day of a book, and each week, leads to the next: a few stand for all.
        if (likeIt.has(pathname + search) || likeIt.size >= MAX_OF_ONE_PAGE) return;
        queued.set(page, likeIt.add(pathname + search));
        waiting.push(address);
      };
      for (const path of starts) queue(site.website + path);
      for (let count = 0; waiting.length > 0; count += 1) {
        if (count > MAX_PAGES)
          throw new Error(`There are more than ${MAX_PAGES} pages: ${waiting.join(' ')}`);
        const address = waiting.shift()!;
        const { pathname } = new URL(address);
        const isFile = /\.(ics|webmanifest|png|svg|csv|json|html)$/.test(pathname);
        const response = isFile ? await context.request.get(address) : await page.goto(address);
        // The start page links it for everybody.
        const isForOthers = pathname === '/practice' && !PRACTICE_STAFF.has(name);
        if (response?.status() !== (isForOthers ? 403 : 200))
          problems.push(`${name}: ${address} answers ${response?.status() ?? 0}`);
        // The sign-in provider's pages are not the website's.
        const isOurs = new URL(page.url()).origin === site.website;
        if (isFile || !isOurs || response?.status() !== 200) continue;
        const { links } = await check();
        for (const link of links) {
          const url = new URL(link);
          url.hash = '';
          if (url.origin === site.website) queue(url.href);
        }
      }
    }

    return {
      visitor,
      page,
      check: async () => {
        await check();
      },
      crawl,
      found: () => problems,
      paths: () => [...titles.keys()],
    };
  }
});

/** Sums up what one navigation takes over the wire, with nothing in the cache. */
async function weigh(session: CDPSession): Promise<{ total(): number }> {
  const loaders = new Map<string, string>();
  const bytes = new Map<string, number>();
  let latest = '';
  session.on('Network.requestWillBeSent', ({ requestId, loaderId, type }) => {
    loaders.set(requestId, loaderId);
    if (type === 'Document') latest = loaderId;
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const loader = loaders.get(requestId) ?? '';
    bytes.set(loader, (bytes.get(loader) ?? 0) + encodedDataLength);
  });
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  return { total: () => bytes.get(latest) ?? 0 };
}

function faultsOf(seen: SeenPage, headers: Record<string, string>, website: string): string[] {
  const policy = headers['content-security-policy'] ?? '';
  const directives = new Map(
    policy.split(';').map((directive) => {
      const [name = '', ...values] = directive.trim().split(/\s+/);
      return [name, values];
    }),
  );
  const foreign = [...directives].filter(
    ([directive, values]) =>
      directive !== 'form-action' && values.some((value) => !/^'(self|none|nonce-[^']+)'$/.test(value)),
  );
  return [
    ...(seen.headings.length === 1 && seen.headings[0] !== '' ? [] : [`has ${seen.headings.length} h1`]),
    ...(directives.get('default-src')?.join(' ') === "'none'" ? [] : [`has the policy ${policy}`]),
    ...(policy.includes('unsafe') ? ['allows what is unsafe'] : []),
    ...foreign.map(([directive]) => `lets in what is foreign by ${directive}`),
    ...(headers['x-content-type-options'] === 'nosniff' ? [] : ['lets browsers guess types']),
    ...(headers['referrer-policy'] === 'no-referrer' ? [] : ['tells other sites its address']),
    ...(headers['cache-control'] === 'no-store' ? [] : ['may be kept by caches']),
    ...(seen.inline === 0 ? [] : [`has ${seen.inline} inline scripts or styles`]),
    ...seen.sources.filter((source) => !source.startsWith(`${website}/`)).map((source) => `loads ${source}`),
    ...seen.links
      .filter((link) => !/^(https:|tel:|mailto:)/.test(link) && !link.startsWith(`${website}/`))
      // In a simulation the API's explorer is at a port of its own.
      .filter((link) => !/^http:..127[.]0[.]0[.]1:\d+.explorer.$/.test(link))
      .map((link) => `links to ${link}`),
    ...(namesOutcome(seen.title, seen.path) ? [`names an outcome in its title: "${seen.title}"`] : []),
    ...(SECRET.test(seen.title) ? [`is called "${seen.title}"`] : []),
  ];
}
