import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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

    const confirmed = await ask(CONFIRM, { input: { holdId: held.id, idempotencyKey: randomUUID() } });
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
});
