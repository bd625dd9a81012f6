import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { demoIssuer } from '../../demo/issuer';
import { staffClaims } from '../../demo/people';
import { OdsCode } from '../../domain/ods-code';
import { inOneProcess, overHttp, type GatewayUnderTest } from '../gateway-under-test';
import {
  asker,
  BOOKABLE,
  checkSymptoms,
  CONFIRM,
  findOptions,
  HOLD,
  newFamily,
  type Ask,
} from '../patient-journey';

const operation = (name: string) =>
  readFileSync(join(__dirname, `../../schema/operations/${name}.graphql`), 'utf8');
const REOPEN = `mutation ($input: ReopenBookInput!) { reopenBook(input: $input) {
  ... on Practice { release { status } } ... on Problem { code } } }`;

describe.each([
  { name: 'in one process', start: inOneProcess },
  { name: 'with each subgraph behind HTTP, on stores opened apart', start: overHttp },
])('a practice and its book, $name', ({ start }) => {
  let gateway: GatewayUnderTest;
  let staffOf: (practice: string, role?: string) => Promise<Ask>;
  beforeAll(async () => {
    gateway = await start();
    const issuer = await demoIssuer(gateway.config.dataDir);
    staffOf = async (practice, role) => {
      const claims = staffClaims(OdsCode.parse(practice), role);
      return asker(gateway.url, await issuer.sign('cis2', `staff-of-${practice}`, claims));
    };
  });
  afterAll(() => gateway.close());

  test('is shut at once, on offers and holds that are out; and seen by nobody else', async () => {
    const { ask, son } = await newFamily(gateway);
    const { id } = await checkSymptoms(ask, son, BOOKABLE);
    const { elsewhere } = await findOptions(ask, { id, because: 'AWAY_FROM_HOME', first: 10 });
    const { practice, slots } = elsewhere.find((found) => found.slots.length > 1)!;
    const { odsCode } = practice;
    const hold = async (slotId: string) =>
      (await ask(HOLD, { input: { slotId, patientId: son.id, idempotencyKey: randomUUID() } })).data!
        .holdSlot as {
        __typename: string;
        id: string;
      };
    const held = await hold(slots[0]!.id);
    expect(held.__typename).toBe('Hold');

    const manager = await staffOf(odsCode);
    const closed = await manager(operation('CloseBook'), {
      input: { odsCode, reason: 'Two doctors are ill' },
    });
    expect(closed.data?.closeBook).toMatchObject({
      release: { status: 'CLOSED', closedTo: 'OTHER_PATIENTS' },
    });

    const confirmed = await ask(CONFIRM, {
      input: { holdId: held.id, contactPhone: '01632 960001', idempotencyKey: randomUUID() },
    });
    expect(confirmed.data?.confirmBooking).toMatchObject({ __typename: 'PracticeClosedBook' });
    expect(await hold(slots[1]!.id)).toMatchObject({ __typename: 'PracticeClosedBook' });
    const again = await findOptions(ask, { id, because: 'AWAY_FROM_HOME', first: 10 });
    expect(again.elsewhere.map((found) => found.practice.odsCode)).not.toContain(odsCode);

    const preview = { dispositionId: 'gp-2h', ageInMonths: 84, relation: 'OTHER' };
    const seen = await manager(operation('MyPracticeBook'), { preview });
    expect(seen.errors).toEqual([]);
    expect(seen.data?.myPractice).toMatchObject({
      releasePreview: { offered: false },
      releaseHistory: [{ action: 'CLOSE', outcome: 'DONE', reason: 'Two doctors are ill' }],
      bookingDay: { quotaUsed: 0, bookings: [] },
    });

    const stranger = await staffOf('Z90001');
    for (const field of [
      'releaseHistory { at }',
      `releasePreview(input: $preview) { offered }`,
      'bookingDay { quotaUsed }',
    ]) {
      const variable = field.includes('$preview') ? '($preview: ReleasePreviewInput!)' : '';
      const look = await stranger(`query ${variable} { practice(odsCode: "${odsCode}") { ${field} } }`, {
        preview,
      });
      expect(look.errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'NOT_YOUR_PRACTICE' });
    }
    const receptionist = await staffOf(odsCode, 'S8001:G8005:R8009');
    expect((await receptionist(REOPEN, { input: { odsCode } })).data?.reopenBook).toEqual({
      code: 'MANAGER_ROLE_REQUIRED',
    });
    expect((await stranger(REOPEN, { input: { odsCode } })).data?.reopenBook).toEqual({
      code: 'NOT_YOUR_PRACTICE',
    });

    expect((await manager(REOPEN, { input: { odsCode } })).data?.reopenBook).toEqual({
      release: { status: 'OPEN' },
    });
    expect((await hold(slots[1]!.id)).__typename).toBe('Hold');
  });

  test('sets rules in the words of its own book, and its preview says what the search then does', async () => {
    const odsCode = 'Z90001';
    const manager = await staffOf(odsCode);
    const { ask, son } = await newFamily(gateway);
    const { id } = await checkSymptoms(ask, son, BOOKABLE);
    const soon = new Date(gateway.now().getTime() + 2 * 60 * 60_000);
    gateway.simulators.diary.deskFrees(OdsCode.parse(odsCode), gateway.now(), soon);
    const rules = {
      odsCode,
      ownPatients: true,
      otherPatients: true,
      modes: ['IN_PERSON', 'TELEPHONE'],
      dispositionIds: ['gp-2h', 'gp-speak-1h'],
      slotTypes: ['111 urgent', 'Routine', 'Telephone triage'],
      takeBackMinutes: 0,
      minimumNoticeMinutes: 0,
      horizonDays: 14,
      cancelCutOffMinutes: 60,
      dailyQuota: null,
    };
    let expectedVersion = 1;
    const setRules = async (values: object) => {
      const input = { ...rules, expectedVersion, ...values };
      const { data } = await manager(operation('SetReleasePolicy'), { input });
      const answer = z
        .looseObject({
          __typename: z.string(),
          fields: z.array(z.looseObject({ path: z.string() })).optional(),
        })
        .parse(data?.setReleasePolicy);
      if (answer.__typename === 'Practice') expectedVersion += 1;
      return answer.fields?.map(({ path }) => path) ?? answer.__typename;
    };
    for (const [values, faults] of [
      [{ dispositionIds: ['gp-6hours'] }, ['input.dispositionIds.0']],
      [{ slotTypes: ['111 Urgent'] }, ['input.slotTypes.0']],
      [{ slotTypes: ['ROUTINE', 'Routine'] }, ['input.slotTypes.0']],
      [{ modes: ['IN_PERSON'] }, ['input.dispositionIds.1']],
      [{ modes: ['VIDEO'], dispositionIds: ['gp-6h'] }, ['input.modes']],
      [{ minimumNoticeMinutes: 1_440, horizonDays: 0 }, ['input.minimumNoticeMinutes']],
    ] as const)
      expect(await setRules(values)).toEqual(faults);

    /** Asks the search and the preview of the same outcome whether the own practice offers anything. */
    const agreed = async () => {
      const { ownPractice } = await findOptions(ask, { id, first: 1 });
      const preview = { dispositionId: 'gp-2h', ageInMonths: 84, relation: 'OWN' };
      const { data } = await manager(operation('MyPracticeBook'), { preview });
      const practice = z
        .object({ releasePreview: z.object({ offered: z.boolean(), stoppedBy: z.array(z.string()) }) })
        .parse(data?.myPractice);
      return { ...practice.releasePreview, searched: ownPractice?.answer };
    };
    expect(await setRules({})).toBe('Practice');
    expect(await agreed()).toMatchObject({ offered: true, searched: 'SLOTS' });
    expect(await setRules({ minAgeMonths: 216 })).toBe('Practice');
    expect(await agreed()).toMatchObject({ offered: false, searched: 'NOT_RELEASED' });
    expect(await setRules({ dispositionIds: ['gp-6h'] })).toBe('Practice');
    expect(await agreed()).toMatchObject({ offered: false, searched: 'NOT_RELEASED' });

    expect(await setRules({})).toBe('Practice');
    const until = new Date(gateway.now().getTime() + 3 * 60 * 60_000).toISOString();
    const input = { odsCode, to: 'EVERYBODY', reason: 'Training', until };
    const { data } = await manager(operation('CloseBook'), { input });
    const { release } = z
      .object({ release: z.object({ status: z.string(), closures: z.array(z.object({ id: z.string() })) }) })
      .parse(data?.closeBook);
    expect(release).toMatchObject({ status: 'OPEN', closures: [{}] });
    const closed = await agreed();
    expect(closed).toMatchObject({ offered: false, searched: 'NOT_RELEASED' });
    expect(closed.stoppedBy).toContain('BOOK_CLOSED');
    await manager(REOPEN, { input: { odsCode, closureId: release.closures[0]?.id } });
    expect(await agreed()).toMatchObject({ offered: true, searched: 'SLOTS' });
  });
});
