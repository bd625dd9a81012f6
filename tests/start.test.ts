import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { raw } from './patient-journey';
import { PRODUCTION } from './production-settings';
import { MAIN, productProcess, type ProductProcess } from './product-process';

const ROOT = join(__dirname, '..');
const TOKEN = join(ROOT, 'dist', 'scripts', 'token.js');
const ANY_PORT = {
  PORT: '0',
  SIMULATOR_CONTROL_PORT: '0',
};
const PATH = process.env.PATH ?? '';
/** Only a hung process takes so long. */
const HANGS_AFTER_MS = 120_000;

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** A process of its own, which has nothing of this one's environment but what it is given. */
function run(script: string, args: string[], env: Record<string, string>): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [script, ...args],
      { cwd: ROOT, env: { PATH, DATA_DIR: dataDir(), ...ANY_PORT, ...env }, timeout: HANGS_AFTER_MS },
      (_error, out, err) => {
        resolve({ code: child.exitCode, out, err });
      },
    );
  });
}

function dataDir(): string {
  return mkdtempSync(join(tmpdir(), 'gp-booking-start-'));
}

beforeAll(() => {
  // `npm test` has built it; a test run alone may come first.
  if (!existsSync(MAIN)) spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: ROOT });
});

interface Try {
  name: string;
  args?: string[];
  env?: Record<string, string>;
}

describe('settings that prevent a start', () => {
  let taken: Server;
  let takenPort: string;
  let ended: Map<string, Ended>;
  const file = join(dataDir(), 'file');
  const broken = dataDir();

  const tries: (Try & { says: RegExp })[] = [
    { name: 'a setting that cannot be used', says: /^PORT .*README/, env: { PORT: 'abc' } },
    { name: 'a data folder that is a file', says: /^\S+ cannot be used .*DATA_DIR/, env: { DATA_DIR: file } },
    { name: 'a key that cannot be read', says: /demo-issuer\.json .*delete it/, env: { DATA_DIR: broken } },
    { name: 'an address that is not ours', says: /EADDRNOTAVAIL.*HOST/, env: { HOST: '192.0.2.1' } },
    { name: 'an unknown part', says: /"gatway".*gateway/, args: ['gatway'] },
    { name: 'one part alone', says: /DATABASE_URL, REDIS_URL, GATEWAY_SECRET/, args: ['triage'] },
    {
      name: 'production with the demo issuer',
      says: /demo issuer.*refused/,
      env: {
        ...PRODUCTION,
        ISSUERS: JSON.stringify([
          {
            kind: 'nhs-login',
            issuer: 'https://nhs-login.demo.invalid',
            audience: 'gp-booking-gateway',
            jwksUrl: 'https://127.0.0.1:1/jwks',
          },
        ]),
      },
    },
  ];

  beforeAll(async () => {
    writeFileSync(file, 'not a folder');
    writeFileSync(join(broken, 'demo-issuer.json'), '{"half":');
    taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    takenPort = typeof address === 'object' && address !== null ? String(address.port) : '';
    const waiting: Try[] = [
      ...tries,
      { name: 'PORT', env: { PORT: takenPort } },
      { name: 'SIMULATOR_TPP_PORT', env: { SIMULATOR_TPP_PORT: takenPort } },
    ];
    ended = new Map();
    // More at once than there are processors only makes each of them slower.
    const worker = async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
        ended.set(next.name, await run(MAIN, next.args ?? [], next.env ?? {}));
    };
    await Promise.all([worker(), worker()]);
  });
  afterAll(() => taken.close());

  function expectOneSentence({ code, out, err }: Ended, says: RegExp): void {
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toMatch(says);
    expect(err).not.toMatch(/^\s+at |Error:/m);
  }

  test.each(tries)('$name: says so in one sentence', ({ name, says }) => {
    expectOneSentence(ended.get(name)!, says);
  });

  test.each(['PORT', 'SIMULATOR_TPP_PORT'])('%s in use: names it, and the remedy', (name) => {
    expectOneSentence(ended.get(name)!, new RegExp(`^Port ${takenPort} is in use: .*SIMULATOR_`));
  });
});

describe('a good start', () => {
  const folder = dataDir();
  let running: ProductProcess;
  let welcome = '';
  let url = '';

  const start = () => productProcess([], { DATA_DIR: folder, ...ANY_PORT });

  beforeAll(async () => {
    running = start();
    welcome = (await running.says(/^[^]*Ctrl-C/)).join();
    url = /API\s+(http:\S+)\/graphql/.exec(welcome)?.[1] ?? '';
  });
  afterAll(() => running.end('SIGKILL'));

  it('says where everything is, and that it is a demonstration', () => {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(welcome).toContain(`${url}/explorer/`);
    for (const kind of ['patient', 'parent', 'practice', 'analyst']) expect(welcome).toContain(kind);
    expect(welcome).toContain('npm run --silent token -- --as');
    const honest = welcome.split('\n').find((line) => line.includes('simulated'));
    expect(honest).toMatch(/Suppliers are simulated.*demonstration/);
  });

  it('serves the explorer, and is healthy', async () => {
    const explorer = await fetch(`${url}/explorer/`);
    expect(explorer.status).toBe(200);
    expect(await explorer.text()).toContain('<script');
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
  });

  it('accepts the token of each kind of caller', async () => {
    const env = { DATA_DIR: folder, PORT: new URL(url).port };
    const kinds = ['patient', 'parent', 'practice', 'analyst', 'operator'];
    const made = await Promise.all(kinds.map((as) => run(TOKEN, ['--as', as], env)));
    for (const { code, out, err } of made) {
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    }
    const people = await Promise.all(
      made.map(({ out }) =>
        raw(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${out.trim()}` },
          body: '{"query":"{ bookablePeople { id } }"}',
        }),
      ),
    );
    const isForPatients = [{ extensions: { code: 'FORBIDDEN' } }];
    expect(people).toMatchObject([
      { data: { bookablePeople: [{ id: 'demo-mother-0' }] }, errors: [] },
      { data: { bookablePeople: [{ id: 'demo-mother-0' }, { id: 'demo-son-1' }] }, errors: [] },
      { status: 403, errors: isForPatients },
      { status: 403, errors: isForPatients },
      { status: 403, errors: isForPatients },
    ]);
  });

  it('lists in one sentence the people that a token can be for', async () => {
    const wrong = [
      ['--as', 'nobody'],
      ['--whom', 'parent'],
    ];
    const made = await Promise.all(wrong.map((args) => run(TOKEN, args, {})));
    for (const { code, out, err } of made) {
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err.trim().split('\n')).toHaveLength(1);
      expect(err).not.toMatch(/^\s+at |Error:/m);
    }
  });

  it('ends on Ctrl-C, although a client keeps its connection open, and starts again on what it kept', async () => {
    const client = await keptConnection(url);
    expect(await running.end('SIGINT')).toEqual({ code: 0, signal: null });
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
    client.destroy();

    running = start();
    await running.says(/Ctrl-C/);
    expect(await running.end('SIGTERM')).toEqual({ code: 0, signal: null });
  });
});

/** A connection that has had an answer, and that its client leaves open. */
async function keptConnection(to: string): Promise<Socket> {
  const { hostname, port, host } = new URL(to);
  const socket = connect(Number(port), hostname);
  socket.write(`GET /health/live HTTP/1.1\r\nHost: ${host}\r\nConnection: keep-alive\r\n\r\n`);
  await once(socket, 'data');
  return socket;
}
