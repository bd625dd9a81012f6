import { arrive, describeInBrowser, openExplorer, type OpenExplorer } from './explorer-page';

describeInBrowser('the explorer of a gateway that answers published documents alone', () => {
  let explorer: OpenExplorer;

  beforeAll(async () => {
    explorer = await openExplorer({ TRUSTED_DOCUMENTS: 'on' });
  });

  afterAll(() => explorer.close());

  it('asks nothing as nobody, and says what to do', async () => {
    await explorer.page.getByRole('textbox', { name: 'Enter a token' }).waitFor();
    await explorer.said('No token');
    expect(explorer.browser.requests.filter((url) => url.endsWith('/graphql'))).toEqual([]);
    expect(explorer.browser.complaints).toEqual([]);
  });

  it('runs an example without a token', async () => {
    expect(await explorer.run('Dispositions')).toHaveProperty('data.dispositions');
    expect(explorer.browser.complaints).toEqual([]);
  });

  it('says of a token that has expired that it has, and asks nothing with it', async () => {
    const before = explorer.browser.requests.length;
    await enterToken(await explorer.token('expired'));
    await explorer.said('expired at');
    expect(explorer.browser.requests.slice(before).filter((url) => url.endsWith('/graphql'))).toEqual([]);
  });

  it('says of what is no token that it is none', async () => {
    await enterToken('hello');
    await explorer.page.getByRole('alert').filter({ hasText: 'This is no token' }).waitFor();
  });

  it('says of a token with a wrong signature why it is refused', async () => {
    const token = await explorer.token('analyst');
    await enterToken(`${token.split('.').slice(0, 2).join('.')}.${'A'.repeat(86)}`);
    await explorer.said('Token of an analyst: refused.');
  });

  it('shows schema and statistics to an analyst who enters a bare token and does nothing else', async () => {
    await enterToken(await explorer.token('analyst'));
    await explorer.said('Token of an analyst: good until');
    await expectSchema();
    expect(await explorer.run('Statistics')).toHaveProperty('data.statistics');
    // The browser's own line for the token before.
    expect(explorer.browser.complaints.filter((line) => !line.includes('401'))).toEqual([]);
    await expectStoredNowhere(await explorer.token('analyst'));
  });

  it('says after a reload that the token is gone, and keeps the query', async () => {
    await explorer.page.waitForFunction("JSON.stringify(sessionStorage).includes('Statistics')");
    await arrive(explorer.page, `${explorer.url}/explorer/`);
    await explorer.said('loading the page again has let go of it');
    expect(await explorer.read('operation')).toContain('query Statistics');
  });

  it('takes a bare token from Headers', async () => {
    const token = await explorer.token('analyst');
    await explorer.write('request-headers', token);
    await explorer.said('Token of an analyst: good until');
    expect(JSON.parse(await explorer.read('request-headers'))).toEqual({ authorization: `Bearer ${token}` });
    await expectSchema();
    await explorer.showPanel('Token');
    await explorer.page.getByRole('button', { name: 'Remove the token' }).click();
    await explorer.said('No token');
    expect(await explorer.read('request-headers')).toBe('');
    await expectStoredNowhere(token);
  });

  async function enterToken(token: string): Promise<void> {
    await explorer.showPanel('Token');
    await explorer.page.getByRole('textbox', { name: 'Enter a token' }).fill(token);
  }

  async function expectSchema(): Promise<void> {
    await explorer.showPanel('Documentation Explorer');
    await explorer.page
      .locator('.graphiql-doc-explorer-content')
      .getByText('Query', { exact: true })
      .waitFor();
  }

  async function expectStoredNowhere(token: string): Promise<void> {
    const stored = String(await explorer.page.evaluate('JSON.stringify([sessionStorage, localStorage])'));
    expect(stored).not.toContain(token.split('.')[1]);
  }
});

describeInBrowser('queries that are found again', () => {
  let explorer: OpenExplorer;

  beforeAll(async () => {
    explorer = await openExplorer();
  });

  afterAll(() => explorer.close());

  it('asks for whole months that are over in the example', async () => {
    await explorer.open('Statistics');
    const { input } = JSON.parse(await explorer.read('variables')) as { input: { period: { to: string } } };
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' }).format(new Date());
    const dayAfter = new Date(`${input.period.to}-01T00:00:00Z`);
    dayAfter.setUTCMonth(dayAfter.getUTCMonth() + 1);
    expect(dayAfter.toISOString().slice(0, 7)).toBe(today.slice(0, 7));
  });

  it('makes a link that others open: with the query and its period, without the token', async () => {
    const { page } = explorer;
    const token = await explorer.token('analyst');
    await explorer.write('request-headers', token);
    await explorer.open('Statistics');
    const query = await explorer.read('operation');
    const variables: unknown = JSON.parse(await explorer.read('variables'));
    await page.getByRole('button', { name: 'Copy link' }).click();
    await explorer.said('ink');
    const link = page.url();
    expect(link).toContain('#query=');
    expect(link).not.toContain(token.split('.')[1]);

    const other = await page.context().browser()!.newPage();
    await arrive(other, link);
    const opened = (editor: string) =>
      other.evaluate<string>(
        `__MONACO.editor.getModels().find(({ uri }) => uri.path.includes('${editor}')).getValue()`,
      );
    expect(withoutComments(await opened('operation'))).toBe(withoutComments(query));
    expect(JSON.parse(await opened('variables'))).toEqual(variables);
    await other.close();
  });

  it('opens a link in the page that is open, in a tab of its own, and does not run it', async () => {
    const before = explorer.browser.requests.length;
    await explorer.page.evaluate(
      `location.hash = ${JSON.stringify(`query=${encodeURIComponent('query Linked { dispositions { id } }')}`)}`,
    );
    await explorer.page.getByRole('tab', { name: 'Linked', selected: true }).waitFor();
    expect(explorer.browser.requests.slice(before).filter((url) => url.endsWith('/graphql'))).toEqual([]);
  });

  it('leaves out of a link what may be about a person', async () => {
    await explorer.open('FindPathways');
    await explorer.page.getByRole('button', { name: 'Copy link' }).click();
    await explorer.said('Variables are left out');
    expect(decodeURIComponent(explorer.page.url())).not.toMatch(/itchy|2018|variables=/);
    await explorer.write('operation', '{ practice(odsCode: "Ruth") { name } }');
    await explorer.page.getByRole('button', { name: 'Copy link' }).click();
    await explorer.said('No link');
  });

  it('keeps in the history what is about nobody, also when the page is loaded again', async () => {
    const { page } = explorer;
    await explorer.run('FindPathways');
    await explorer.run('Statistics');
    await explorer.run('Dispositions');
    await explorer.showPanel('History');
    await page.locator('.graphiql-history-item-label', { hasText: 'Dispositions' }).first().waitFor();
    const stored = String(await page.evaluate("localStorage.getItem('graphiql:queries')"));
    expect(stored).toContain('query Dispositions');
    expect(stored).toContain('query Statistics');
    expect(stored).not.toMatch(/FindPathways|itchy|Bearer|eyJ/);

    await arrive(page, `${explorer.url}/explorer/`);
    await explorer.showPanel('History');
    await page.locator('.graphiql-history-item-label', { hasText: 'Statistics' }).first().waitFor();
  });

  function withoutComments(query: string): string {
    return query
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .join('\n')
      .trim();
  }
});
