import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { eventually } from '../../domain/eventually';
import { arrive, describeInBrowser, openExplorer, type OpenExplorer } from './explorer-page';

/** Standard rules of WCAG 2.2 AA as far as a program can judge them, https://github.com/dequelabs/axe-core. */
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const Violations = z.object({
  violations: z.array(
    z.object({ id: z.string(), impact: z.string(), nodes: z.array(z.object({ html: z.string() })) }),
  ),
});

/** GraphiQL's own, which no setting and no style of ours changes. */
const OF_GRAPHIQL: Partial<Record<string, RegExp>> = {
  // Each of its tabs is an item of a list with a button inside.
  'nested-interactive': /class="graphiql-tab/,
  // Colours of syntax, which its dark theme has for Monaco.
  'color-contrast': /^<span class="mtk\d+">/,
  // Each item of its history, whose name is that of the button in place of the query's.
  'label-content-name-mismatch': /class="[^"]*graphiql-history-item-label"/,
  // The kind of a new operation, in the query builder.
  'select-name': /^<select style="flex-grow: 2;">$/,
};

/** More stops than the page has: a search that finds nothing ends. */
const MAX_STOPS = 150;

describeInBrowser('the explorer without mouse, sight or a wide screen', () => {
  let explorer: OpenExplorer;

  beforeAll(async () => {
    explorer = await openExplorer();
  });

  afterAll(() => explorer.close());

  beforeEach(async () => {
    await explorer.page.setViewportSize({ width: 1280, height: 800 });
    await explorer.page.evaluate('sessionStorage.clear(); localStorage.clear()');
    await arrive(explorer.page, `${explorer.url}/explorer/`);
  });

  it.each(['Examples', 'Table', 'Query builder', 'History', 'Token', 'Documentation Explorer'])(
    'has no serious or critical violation in the panel %s',
    async (panel) => {
      await explorer.run('Dispositions');
      await explorer.showPanel(panel);
      expect(await violations()).toEqual([]);
    },
  );

  it.each(['light', 'dark'] as const)('can be read in %s colours', async (colorScheme) => {
    await explorer.page.emulateMedia({ colorScheme });
    await explorer.showPanel('Documentation Explorer');
    expect(await violations()).toEqual([]);
    await explorer.page.emulateMedia({ colorScheme: null });
  });

  it('gives each editor a name of its own, and the page a heading and a main part', async () => {
    const names = ['Query', 'Variables', 'Headers', 'Response'];
    for (const name of names)
      expect(
        await explorer.page.getByRole('textbox', { name, exact: true, includeHidden: true }).count(),
      ).toBe(1);
    await explorer.page.getByRole('heading', { level: 1, name: 'GP Booking Gateway' }).waitFor();
    expect(await explorer.page.getByRole('main').count()).toBe(1);
  });

  it('lets the Tab key go through the whole page and out of every editor', async () => {
    const stops = await allStops();
    expect(stops.filter((stop) => / editor$|^Query|^Variables|^Response/.test(stop)).length).toBeGreaterThan(
      0,
    );
    for (const name of ['Query', 'Variables', 'Response']) {
      const group = explorer.page.getByRole('group', { name: new RegExp(`^${name}: `) });
      for (const key of ['Tab', 'Shift+Tab']) {
        await group.focus();
        await explorer.page.keyboard.press('Enter');
        await explorer.page.getByRole('textbox', { name, exact: true }).waitFor();
        expect(await isFocusInside(name)).toBe('inside');
        await explorer.page.keyboard.press(key);
        expect(await isFocusInside(name)).toBe(key === 'Tab' ? 'outside' : 'on it');
      }
    }
  });

  it('answers a query by keyboard alone, and shows its table', async () => {
    const { page } = explorer;
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the query');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('query Q { dispositions { id title ');
    const answered = page.waitForResponse((response) =>
      (response.request().postData() ?? '').includes(' Q '),
    );
    await page.keyboard.press('Control+Enter');
    await answered;
    await page.keyboard.press('Tab');
    await tabTo('Show Table', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('columnheader', { name: 'title' }).waitFor();
    await tabTo('Download', 'Tab');
    const downloaded = page.waitForEvent('download');
    await page.keyboard.press('Enter');
    expect((await downloaded).suggestedFilename()).toMatch(/^Q_/);
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Rows of dispositions');
  });

  it.each([320, 390])('can be read on a screen %i pixels wide', async (width) => {
    const { page } = explorer;
    await page.setViewportSize({ width, height: 700 });
    await explorer.run('Dispositions');
    await explorer.showPanel('Table');
    await page.getByRole('columnheader', { name: 'careLevel' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    expect(await page.evaluate('document.documentElement.scrollHeight')).toBeLessThan(3_000);
    for (const part of [
      '.graphiql-query-editor .monaco-editor',
      '.graphiql-response .monaco-editor',
      '.table-scroll',
    ]) {
      const one = page.locator(part).first();
      await one.scrollIntoViewIfNeeded();
      const box = (await one.boundingBox())!;
      expect({ part, left: box.x >= 0, right: box.x + box.width <= width }).toEqual({
        part,
        left: true,
        right: true,
      });
      expect(box.width).toBeGreaterThan(width / 2);
      expect(box.height).toBeGreaterThan(80);
    }
    const [query, run] = await Promise.all(
      [
        page.locator('.graphiql-query-editor .monaco-editor'),
        page.getByRole('button', { name: /^Execute query/ }),
      ].map((one) => one.boundingBox()),
    );
    expect(run!.x).toBeGreaterThanOrEqual(query!.x + query!.width);
  });

  it('shows each panel from its top, with the names of the columns in view', async () => {
    const { page } = explorer;
    await explorer.run('Dispositions');
    const panel = page.locator('.graphiql-plugin');
    await page.evaluate("document.querySelector('.graphiql-plugin').scrollTo(0, 2000)");
    expect(
      await page.evaluate<number>("document.querySelector('.graphiql-plugin').scrollTop"),
    ).toBeGreaterThan(300);
    await explorer.showPanel('Documentation Explorer');
    expect(await page.evaluate("document.querySelector('.graphiql-plugin').scrollTop")).toBe(0);
    await page.evaluate("document.querySelector('.graphiql-plugin').scrollTo(0, 2000)");
    await explorer.showPanel('Table');
    await page.getByRole('columnheader', { name: 'careLevel' }).waitFor();
    for (const one of [
      page.getByRole('heading', { name: 'Table', level: 2 }),
      page.getByRole('button', { name: /^Download/ }),
      page.getByRole('columnheader').first(),
    ])
      expect(await isInView(one)).toBe(true);
    expect((await panel.boundingBox())!.width).toBeGreaterThan(500);
    await page.evaluate("document.querySelector('.table-scroll').scrollTo(0, 10000)");
    expect(await isInView(page.getByRole('columnheader').first())).toBe(true);
  });

  it.each(['# Only a comment.', '# A comment, and an empty line.\n'])(
    'shows no error in %j, where there is no query, and one where there is',
    async (text) => {
      const { page } = explorer;
      const line = page.locator('.graphiql-query-editor .squiggly-error');
      await explorer.write('operation', 'query Q { nothingOfThisName }');
      await line.first().waitFor();
      // Hears of every check after the page has.
      await page.evaluate(
        'window.checks = 0; void __MONACO.editor.onDidChangeMarkers(() => { window.checks += 1; })',
      );
      await explorer.write('operation', text);
      await eventually('the text is checked', async () => Number(await page.evaluate('window.checks')) > 0);
      const errors =
        "__MONACO.editor.getModelMarkers({}).filter(({ resource }) => resource.path.includes('operation'))";
      expect(await page.evaluate(errors)).toEqual([]);
      await line.first().waitFor({ state: 'detached' });
    },
  );

  async function violations(): Promise<string[]> {
    await explorer.page.evaluate(AXE);
    const found = Violations.parse(await explorer.page.evaluate('axe.run()')).violations;
    return found
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes.filter(({ html }) => OF_GRAPHIQL[id]?.test(html) !== true).map(({ html }) => `${id}: ${html}`),
      );
  }

  async function focused(): Promise<string> {
    return String(
      await explorer.page.evaluate(
        '((e) => e.getAttribute("aria-label") ?? e.innerText ?? e.tagName)(document.activeElement)',
      ),
    ).trim();
  }

  async function isFocusInside(name: string): Promise<string> {
    return String(
      await explorer.page.evaluate(
        `((g, e) => g === e ? 'on it' : g.contains(e) ? 'inside' : 'outside')(document.querySelector('[aria-label^="${name}: "]'), document.activeElement)`,
      ),
    );
  }

  /** Presses a key until what has the focus begins with these words. */
  async function tabTo(words: string, key: 'Tab' | 'Shift+Tab'): Promise<void> {
    for (let stop = 0; stop < MAX_STOPS; stop += 1) {
      if ((await focused()).startsWith(words)) return;
      await explorer.page.keyboard.press(key);
    }
    throw new Error(`${key} does not lead to "${words}".`);
  }

  /** Every stop of the Tab key, from the top of the page until it leaves the page. */
  async function allStops(): Promise<string[]> {
    const stops: string[] = [];
    await explorer.page.evaluate('document.activeElement.blur()');
    for (let stop = 0; stop < MAX_STOPS; stop += 1) {
      await explorer.page.keyboard.press('Tab');
      const now = await focused();
      if (stops.length > 0 && now === stops[0]) return stops;
      stops.push(now);
    }
    throw new Error(`The Tab key is held: ${stops.slice(-3).join(', ')}.`);
  }

  async function isInView(one: ReturnType<OpenExplorer['page']['locator']>): Promise<boolean> {
    const box = await one.boundingBox();
    return box !== null && box.y >= 0 && box.y + box.height <= 800 && box.x >= 0 && box.x + box.width <= 1280;
  }
});
