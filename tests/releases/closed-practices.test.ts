import { NOT_OPTED_IN } from '../../domain/release-policy';
import { OdsCode } from '../../domain/ods-code';
import { OPEN_BOOK, released } from '../booking-laboratory';
import { EMBEDDED } from '../databases';
import { openReleaseLedger } from '../../subgraphs/appointments';
import { directoryOf } from '../../subgraphs/practices/directory/directory';
import { ENGLAND_2024_TO_2027 } from '../../subgraphs/practices/opening/england-bank-holidays';
import { closeBooksOfClosed } from '../../subgraphs/practices/release/closed-practices';

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
  await closeBooksOfClosed(directory(STAYS!, GOES!, NEVER!), directory(STAYS!), releases);
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
  await closeBooksOfClosed(null, directory(STAYS!), releases);
  await closeBooksOfClosed(null, directory(STAYS!), releases);
  expect(await releases.policy(GOES!)).toMatchObject({ version: 2, status: 'CLOSED' });
  // It comes back: its book stays closed until the practice itself reopens it.
  await closeBooksOfClosed(directory(STAYS!), directory(STAYS!, GOES!), releases);
  expect(await releases.policy(GOES!)).toMatchObject({ version: 2, status: 'CLOSED' });
  await close();
});
