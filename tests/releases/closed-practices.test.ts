import { NOT_OPTED_IN } from '../../domain/release-policy';
import { OdsCode } from '../../domain/ods-code';
import type { ReleaseNote } from '../../domain/release-ledger';
import { OPEN_BOOK, released } from '../booking-laboratory';
import { EMBEDDED } from '../databases';
import { openReleaseLedger } from '../../subgraphs/appointments';
import { directoryOf } from '../../subgraphs/practices/directory/directory';
import { ENGLAND_2024_TO_2027 } from '../../domain/england-bank-holidays';
import { followDirectory } from '../../subgraphs/practices/release/closed-practices';

const directory = (...codes: string[]) =>
  directoryOf(
    codes.map((odsCode) => ({
      odsCode,
      name: odsCode,
      addressLines: [],
      postcode: 'LS1 1AA',
      phone: null,
      location: null,
    })),
    '2026-01-01',
    { gpSystems: null, openingHours: new Map(), bankHolidays: ENGLAND_2024_TO_2027 },
  );

const [STAYS, GOES, NEVER] = ['Z10001', 'Z10002', 'Z10003'].map((code) => OdsCode.parse(code));

it('a practice that a newer directory has no more has its book closed, with the reason in its history', async () => {
  const { releases, close } = await openReleaseLedger(await EMBEDDED.settings(), (code) =>
    code === NEVER ? NOT_OPTED_IN : OPEN_BOOK,
  );
  await followDirectory(directory(STAYS!, GOES!, NEVER!), directory(STAYS!), releases);
  const policies = await Promise.all([STAYS!, GOES!, NEVER!].map((code) => releases.policy(code)));
  expect(policies.map(({ status }) => status)).toEqual(['OPEN', 'CLOSED', 'NOT_OPTED_IN']);
  expect(await releases.history(GOES!, 5)).toMatchObject([
    {
      action: 'CLOSE',
      actor: { kind: 'system' },
      reason: 'The practice is not in the NHS directory any more.',
    },
  ]);
  expect(await releases.history(NEVER!, 5)).toEqual([]);
  await close();
});

it('a process that starts later closes the books that are still open', async () => {
  const { releases, close } = await openReleaseLedger(await EMBEDDED.settings(), () => NOT_OPTED_IN);
  await released({ deps: { releases } }, GOES!, {});
  await followDirectory(null, directory(STAYS!), releases);
  await followDirectory(null, directory(STAYS!), releases);
  expect(await releases.policy(GOES!)).toMatchObject({ version: 2, status: 'CLOSED' });
  await close();
});

describe('a practice that is back in the directory', () => {
  const bothThere = () => directory(STAYS!, GOES!);

  it.each([
    ['while the process runs', bothThere],
    ['while no process ran', () => null],
  ])('has its book as before, once, when it comes back %s', async (_, before) => {
    const { releases, close } = await openReleaseLedger(await EMBEDDED.settings(), () => NOT_OPTED_IN);
    await released({ deps: { releases } }, GOES!, {});
    const was = await releases.policy(GOES!);
    await followDirectory(bothThere(), directory(STAYS!), releases);
    expect(await releases.policy(GOES!)).toMatchObject({ status: 'CLOSED', closedTo: 'EVERYBODY' });
    await followDirectory(before(), bothThere(), releases);
    await followDirectory(before(), bothThere(), releases);
    expect(await releases.policy(GOES!)).toEqual({
      ...was,
      version: was.version + 2,
      updatedAt: expect.any(Date) as Date,
    });
    expect(await releases.history(GOES!, 2)).toMatchObject([
      { action: 'REOPEN', actor: { kind: 'system' }, reason: 'The practice is in the NHS directory again.' },
      { action: 'CLOSE', actor: { kind: 'system' } },
    ]);
    await close();
  });

  it.each([
    ['closed its book before it left', true],
    ['wanted it closed while it was away', false],
  ])('whose staff %s has it closed still', async (_, isBefore) => {
    const { releases, close } = await openReleaseLedger(await EMBEDDED.settings(), () => NOT_OPTED_IN);
    await released({ deps: { releases } }, GOES!, {});
    const closing = () => releases.change(GOES!, { kind: 'CLOSE', to: 'EVERYBODY' }, STAFF);
    if (isBefore) await closing();
    await followDirectory(bothThere(), directory(STAYS!), releases);
    if (!isBefore) await closing();
    await followDirectory(directory(STAYS!), bothThere(), releases);
    expect(await releases.policy(GOES!)).toMatchObject({ status: 'CLOSED', closedTo: 'EVERYBODY' });
    await close();
  });
});

const STAFF: ReleaseNote = {
  actor: { kind: 'practice-staff', id: 'caller-0123456789abcdef', role: 'R8000', practice: 'Z10002' },
  requestId: 'test',
  reason: 'We have no doctor.',
};
