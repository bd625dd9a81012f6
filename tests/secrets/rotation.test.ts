import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { simulatorControl } from '../../demo/simulator-control';
import { verifyAudit } from '../../domain/audit';
import { secretName } from '../../domain/secret';
import { SUBGRAPHS, type Started } from '../../start';
import { openAuditStore } from '../../platform/database/audit-store';
import { ledgerMigrations } from '../../subgraphs/appointments/database/migrations';
import type { LedgerTables } from '../../subgraphs/appointments/database/tables';
import { openDatabase, type DatabaseSettings } from '../../platform/database/database';
import { testDatabases } from '../databases';
import { eventually } from '../../domain/eventually';
import {
  asker,
  checkSymptoms,
  findOptions,
  newFamilyAt,
  result,
  WITHIN_A_DAY,
  type Ask,
} from '../patient-journey';
import { partsOn, type PartsUnderTest, type SecretSettings } from './parts';

/** Holds a slot; the type of the answer is enough. */
const HOLD = `mutation ($input: HoldSlotInput!) { holdSlot(input: $input) { __typename ... on Hold { id } } }`;
const CONFIRM = `mutation ($input: ConfirmBookingInput!) { confirmBooking(input: $input) {
  __typename ... on Booking { id status } } }`;
const CANCEL = `mutation ($input: CancelBookingInput!) { cancelBooking(input: $input) {
  __typename ... on Booking { id status } } }`;

const secret = () => randomBytes(32).toString('base64');
const [OLD, NEW, STRANGE] = [secret(), secret(), secret()];

/** The steps as docs/operate.md has them. */
const [FIRST, COMMAND, LAST] = stepsOfPage();

function stepsOfPage(): [first: SecretSettings, command: string, last: SecretSettings] {
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'operate.md'), 'utf8');
  const [, steps = ''] = (page.split('## Rotating the secret')[1] ?? '').split('```');
  const [both, command, single] = steps.trim().split(/ *#.*\n?/);
  const setting = (text = '') => /"(.*)"/.exec(text)?.[1]?.replace('$NEW', NEW).replace('$OLD', OLD) ?? '';
  expect([both, command, single].map((text) => text?.split('=')[0])).toEqual([
    'GATEWAY_SECRETS',
    'npm run secrets:rekey',
    'GATEWAY_SECRET',
  ]);
  return [{ GATEWAY_SECRETS: setting(both) }, command ?? '', { GATEWAY_SECRET: setting(single) }];
}

/** Runs a script as `npm run` does, with the settings of a part. */
async function run(
  npmScript: string,
  settings: Record<string, string>,
  input = '',
): Promise<{ out: string; err: string; code: number | null }> {
  const [script = '', ...args] = npmScript.replace('npm run ', '').replace(' -- ', ' ').split(' ');
  const built = join(__dirname, '..', '..', 'dist', 'scripts', `${script.replace(':', '-')}.js`);
  const child = spawn(process.execPath, [built, ...args], {
    env: { PATH: process.env.PATH, ...settings },
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.end(input);
  await once(child, 'close');
  const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString();
  return { out: text(out), err: text(err), code: child.exitCode };
}

/** A family at a point of its journey, and times that nobody else wants. */
interface Reached {
  family: Awaited<ReturnType<typeof newFamilyAt>>;
  slotIds: readonly string[];
}

const Found = z.object({
  lines: z.array(z.number()),
  operation: z.string(),
  outcome: z.string(),
  chain: z.string(),
});
const MyBookings = z.object({
  myBookings: z.object({
    edges: z.array(z.object({ node: z.object({ id: z.string(), status: z.string() }) })),
  }),
});

/** Plays journeys through any of the gateways. */
function journeys(parts: PartsUnderTest) {
  const chosen = new Set<string>();
  const ask = (of: Reached, through: Started): Ask => asker(through.url, of.family.token);
  return {
    async reached(through: Started): Promise<Reached> {
      const family = await newFamilyAt({ ...parts.place, url: through.url });
      const { id } = await checkSymptoms(family.ask, family.son, WITHIN_A_DAY);
      const { elsewhere } = await findOptions(family.ask, { id, because: 'AWAY_FROM_HOME' });
      const free = elsewhere
        .flatMap(({ practice, slots }) =>
          slots.map((slot) => ({ ...slot, name: practice.odsCode + slot.startsAt })),
        )
        .filter(({ name }) => !chosen.has(name))
        .slice(-2);
      for (const { name } of free) chosen.add(name);
      return { family, slotIds: free.map((slot) => slot.id) };
    },
    hold: async (of: Reached, through: Started, slotId = of.slotIds[0]) =>
      result(
        await ask(of, through)(HOLD, {
          input: { slotId, patientId: of.family.son.id, idempotencyKey: randomUUID() },
        }),
      ),
    confirm: async (of: Reached, through: Started, input: object) =>
      result(
        await ask(of, through)(CONFIRM, {
          input: { idempotencyKey: randomUUID(), contactPhone: '01632 960 001', ...input },
        }),
      ),
    cancel: async (of: Reached, through: Started, bookingId: string) =>
      result(
        await ask(of, through)(CANCEL, {
          input: { bookingId, reason: 'OTHER', idempotencyKey: randomUUID() },
        }),
      ),
    async bookings(of: Reached, through: Started) {
      const { data } = await ask(of, through)('{ myBookings { edges { node { id status } } } }');
      return MyBookings.parse(data).myBookings.edges.map(({ node }) => node);
    },
    inDiary: async ({ family }: Reached) =>
      (await simulatorControl(parts.place.controlUrl).appointmentsOf(family.son)).map((one) => one.status),
  };
}

/** Reading back is put off for longer after each failure. */
async function timeToLookHasCome(settings: DatabaseSettings): Promise<void> {
  const { db, close } = await openDatabase<LedgerTables>(settings, 'appointments', ledgerMigrations);
  await db.updateTable('booking').set({ next_check_at: 0 }).where('state', '=', 'UNKNOWN').execute();
  await close();
}

describe.each(testDatabases())('a secret is rotated under bookings in every state, on $name', (kind) => {
  let parts: PartsUnderTest;
  let running: Started;
  let { reached, hold, confirm, cancel, bookings, inDiary } = {} as ReturnType<typeof journeys>;

  const statuses = async (of: Reached, through: Started) =>
    (await bookings(of, through)).map(({ status }) => status);

  let offered: Reached;
  let held: Reached & { holdId: string };
  let confirmed: Reached & { bookingId: string; request: object };
  let checking: Reached & { bookingId: string };
  let cancelled: Reached;

  beforeAll(async () => {
    parts = await partsOn(await kind.settings());
    ({ reached, hold, confirm, cancel, bookings, inDiary } = journeys(parts));
    running = await parts.startAll({ GATEWAY_SECRET: OLD });

    const three = await reached(running);
    const request = {
      holdId: (await hold(three, running)).id!,
      idempotencyKey: randomUUID(),
      contactPhone: '01632 960 002',
    };
    confirmed = { ...three, request, bookingId: (await confirm(three, running, request)).id! };

    cancelled = await reached(running);
    const booked = await confirm(cancelled, running, { holdId: (await hold(cancelled, running)).id });
    await cancel(cancelled, running, booked.id!);

    const five = await reached(running);
    const { faults } = parts.simulators;
    const unreadable = { kind: 'server-error', status: 503, afterCommit: false } as const;
    faults.add({ supplier: 'gp-connect', operation: 'READ', fault: unreadable });
    faults.add({
      supplier: 'gp-connect',
      operation: 'BOOK',
      times: 1,
      fault: { kind: 'reset-after-commit' },
    });
    const lost = await confirm(five, running, { holdId: (await hold(five, running)).id });
    checking = { ...five, bookingId: lost.id! };

    // Last: others book there meanwhile, up to the practice's daily share.
    const two = await reached(running);
    held = { ...two, holdId: (await hold(two, running)).id! };
    offered = await reached(running);
    expect([
      await statuses(confirmed, running),
      await statuses(cancelled, running),
      await statuses(checking, running),
    ]).toEqual([['CONFIRMED'], ['CANCELLED'], ['CHECKING']]);

    await running.close();
    faults.clear();
    await timeToLookHasCome(parts.databases.appointments);
    running = await parts.startAll(FIRST);
  });
  afterAll(async () => {
    await running.close();
    await parts.close();
  });

  test('an offer from before is held', async () => {
    expect(await hold(offered, running)).toMatchObject({ __typename: 'Hold' });
  });

  test('a hold from before is confirmed', async () => {
    expect(await confirm(held, running, { holdId: held.holdId })).toMatchObject({ status: 'CONFIRMED' });
    expect(await inDiary(held)).toEqual(['BOOKED']);
  });

  test('a request that is sent again leads to the same booking, and with other content to none', async () => {
    expect(await confirm(confirmed, running, confirmed.request)).toMatchObject({ id: confirmed.bookingId });
    const other = { ...confirmed.request, reason: 'Something else' };
    expect(await confirm(confirmed, running, other)).toMatchObject({ __typename: 'IdempotencyKeyReused' });
  });

  test('a second booking for the same need is refused', async () => {
    expect(await hold(confirmed, running, confirmed.slotIds[1])).toMatchObject({
      __typename: 'AlreadyBooked',
    });
    expect(await inDiary(confirmed)).toEqual(['BOOKED']);
  });

  test('a booking whose answer was lost is found at the practice', async () => {
    await eventually('it is settled', async () => (await statuses(checking, running))[0] === 'CONFIRMED');
    expect(await inDiary(checking)).toEqual(['BOOKED']);
  });

  test('a cancelled time can be booked again', async () => {
    const { id: holdId } = await hold(cancelled, running);
    expect(await confirm(cancelled, running, { holdId })).toMatchObject({ status: 'CONFIRMED' });
  });

  test('a booking is cancelled, at the practice, too', async () => {
    expect(await cancel(confirmed, running, confirmed.bookingId)).toMatchObject({ status: 'CANCELLED' });
    expect(await inDiary(confirmed)).toEqual(['CANCELLED']);
  });

  describe('once the earlier secret is gone', () => {
    beforeAll(async () => {
      // Beside parts that run; the second time there is nothing to do.
      for (const removed of [1, 0])
        expect(await run(COMMAND, { ...parts.settings, ...FIRST })).toEqual({
          out: [
            `appointments: the current secret alone opens its keys; ${removed} for other secrets were removed.`,
            `audit: the current secret alone opens its keys; ${removed} for other secrets were removed.`,
            'Nothing is left: start every part with the current secret alone.\n',
          ].join('\n'),
          err: '',
          code: 0,
        });
      await running.close();
      running = await parts.startAll(LAST);
    });

    test('bookings from before it are cancelled', async () => {
      expect(await cancel(checking, running, checking.bookingId)).toMatchObject({ status: 'CANCELLED' });
      expect(await inDiary(checking)).toEqual(['CANCELLED']);
    });

    test('the audit trail is complete, with the entries about a booking from before, meanwhile and after', async () => {
      const input = `${checking.bookingId}\n${confirmed.bookingId}\n`;
      await cancel(confirmed, running, confirmed.bookingId);
      const { out, err, code } = await run('npm run audit:find', { ...parts.settings, ...LAST }, input);
      expect({ err, code }).toEqual({ err: '', code: 0 });
      const found = out
        .trim()
        .split('\n')
        .map((line) => Found.parse(JSON.parse(line)));
      const operations = (line: number) => found.filter(({ lines }) => lines.includes(line));
      expect(operations(1)).toMatchObject([{ operation: 'cancelBooking', outcome: 'Booking' }]);
      // In a process that knew both secrets, and in one that knows the new one alone.
      expect(new Set(operations(2).map(({ chain }) => chain)).size).toBe(2);

      const trail = await openAuditStore(parts.databases.audit);
      const { broken, chains } = await verifyAudit(trail);
      await trail.close();
      expect({ broken, chains }).toEqual({ broken: [], chains: 3 });
    });
  });

  test.each([
    ['the earlier secret alone', OLD],
    ['a secret that it was never written under', STRANGE],
  ])('no part starts with %s, and each says why', async (_, wrong) => {
    const says = (owner: string) =>
      new RegExp(`^The ${owner} database was written under another GATEWAY_SECRET .*GATEWAY_SECRETS`);
    for (const name of SUBGRAPHS)
      await expect(parts.start(name, { GATEWAY_SECRET: wrong })).rejects.toThrow(says('appointments'));
    const nowhere = 'http://127.0.0.1:1/graphql';
    const urls = { triage: nowhere, practices: nowhere, appointments: nowhere };
    await expect(parts.startGateway({ GATEWAY_SECRET: wrong }, urls)).rejects.toThrow(says('audit'));
  });

  describe('when the secret has leaked', () => {
    const replace = () => run(`${COMMAND} -- --replace-keys`, { ...parts.settings, ...LAST });

    test('keys are not replaced beside parts that run', async () => {
      expect(await replace()).toEqual({
        out: '',
        err: expect.stringMatching(/^Keys are replaced while nobody else uses the database: stop/) as string,
        code: 1,
      });
    });

    // What a test process has closed keeps an embedded database open until its memory is collected; ledger-keys.test.ts has that.
    if (kind.name === 'PostgreSQL')
      test('keys are replaced, and every booking is as it was', async () => {
        const before = [await statuses(held, running), await statuses(cancelled, running)];
        await running.close();
        const said = await eventually('nobody uses the database, and keys are replaced', async () => {
          const { code, out, err } = await replace();
          return code === 0 && /^appointments: 0 holds are left/m.test(out) && { out, err };
        });
        expect(said.out).toContain(`named ${secretName(NEW)} in them`);
        expect(said.err).toMatch(/^Only one secret is given, .*GATEWAY_SECRETS="\$NEW,\$OLD"/);
        running = await parts.startAll(LAST);
        expect([await statuses(held, running), await statuses(cancelled, running)]).toEqual(before);
        const [booking] = await bookings(held, running);
        expect(await cancel(held, running, booking!.id)).toMatchObject({ status: 'CANCELLED' });
        expect(await inDiary(held)).toEqual(['CANCELLED']);
      });
  });
});

describe.each(testDatabases())('parts know different secrets for a while, on $name', (kind) => {
  const BEFORE = { GATEWAY_SECRET: OLD };
  const AFTER = { GATEWAY_SECRETS: `${NEW} ${OLD}` };
  let parts: PartsUnderTest;
  let old: Awaited<ReturnType<PartsUnderTest['startAll']>>;
  let appointments: Started;
  /** The new gateway asks old parts, the old gateway asks the new part. */
  let newGateway: Started;
  let oldGateway: Started;
  let { reached, hold, confirm, cancel, inDiary } = {} as ReturnType<typeof journeys>;

  beforeAll(async () => {
    parts = await partsOn(await kind.settings());
    ({ reached, hold, confirm, cancel, inDiary } = journeys(parts));
    old = await parts.startAll(BEFORE);
    appointments = await parts.start('appointments', AFTER);
    const { triage, practices } = old.subgraphs;
    const urls = { triage: triage.url, practices: practices.url };
    newGateway = await parts.startGateway(AFTER, { ...urls, appointments: old.subgraphs.appointments.url });
    oldGateway = await parts.startGateway(BEFORE, { ...urls, appointments: appointments.url });
  });
  afterAll(async () => {
    await newGateway.close();
    await oldGateway.close();
    await appointments.close();
    await old.close();
    await parts.close();
  });

  test('every gateway is ready, whichever of the two its parts know', async () => {
    for (const { url } of [newGateway, oldGateway])
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });

  test.each([
    ['an old part', () => [newGateway, oldGateway] as const],
    ['a new part', () => [oldGateway, newGateway] as const],
  ])('what %s has offered and booked the other holds and cancels', async (_, gateways) => {
    const [one, other] = gateways();
    const family = await reached(one);
    const { id: holdId } = await hold(family, other);
    const booked = await confirm(family, one, { holdId });
    expect(booked).toMatchObject({ status: 'CONFIRMED' });
    expect(await cancel(family, other, booked.id!)).toMatchObject({ status: 'CANCELLED' });
    expect(await inDiary(family)).toEqual(['CANCELLED']);
  });

  test('of two bookings for one need at the same time one stands', async () => {
    const family = await reached(oldGateway);
    const [one, other] = [
      await hold(family, oldGateway, family.slotIds[0]),
      await hold(family, newGateway, family.slotIds[1]),
    ];
    const answers = await Promise.all([
      confirm(family, oldGateway, { holdId: one.id }),
      confirm(family, newGateway, { holdId: other.id }),
    ]);
    expect(answers.map(({ __typename }) => __typename).sort()).toEqual(['Booking', 'HoldExpired']);
    expect(await inDiary(family)).toEqual(['BOOKED']);
  });
});
