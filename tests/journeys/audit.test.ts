import { randomUUID } from 'node:crypto';
import { CASE_STUDY_PRACTICE } from '../../demo/people';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyAudit, type ChainedEntry } from '../../domain/audit';
import { openAuditStore } from '../../platform/database/audit-store';
import { inOneProcess, type GatewayUnderTest } from '../gateway-under-test';
import { asker, BOOKABLE, checkSymptoms, findOptions, newFamily, result, type Ask } from '../patient-journey';

const published = (name: string) =>
  readFileSync(join(__dirname, '..', '..', 'schema', 'operations', `${name}.graphql`), 'utf8');

/** Checks the audit trail of a family, a stranger and somebody with a bad token. */
describe('the audit trail of a booking', () => {
  let gateway: GatewayUnderTest;
  let family: Awaited<ReturnType<typeof newFamily>>;
  const entries: ChainedEntry[] = [];
  const planted: string[] = [];

  async function booked(ask: Ask): Promise<string> {
    const { id } = await checkSymptoms(ask, family.son, BOOKABLE);
    // Their own practice's system takes the person's words.
    const from = gateway.now();
    gateway.simulators.diary.deskFrees(
      CASE_STUDY_PRACTICE,
      from,
      new Date(from.getTime() + 24 * 60 * 60_000),
    );
    const { ownPractice } = await findOptions(ask, { id });
    const slotId = ownPractice!.slots[0]!.id;
    const key = randomUUID();
    const wanted = { slotId, patientId: family.son.id, idempotencyKey: key };
    const holdId = result(await ask(published('HoldSlot'), { input: wanted })).id!;
    const reason = 'Unmistakable words of a mother';
    const confirmed = { holdId, idempotencyKey: randomUUID(), contactPhone: '07700 900321', reason };
    const bookingId = result(await ask(published('ConfirmBooking'), { input: confirmed })).id!;
    planted.push(id, slotId, holdId, bookingId, reason, '07700 900321', key);
    return bookingId;
  }

  beforeAll(async () => {
    gateway = await inOneProcess();
    family = await newFamily(gateway);
    const bookingId = await booked(family.ask);
    const stranger = await newFamily(gateway);
    const input = { bookingId, idempotencyKey: randomUUID(), reason: 'BOOKED_ELSEWHERE' };
    await stranger.ask(published('CancelBooking'), { input });
    await asker(gateway.url, `${family.token.slice(0, -4)}AAAA`)('{ __typename }');
    await asker(gateway.url)(published('CancelBooking'), { input });
    await asker(gateway.url)('{ dispositions { id } }');
    await family.ask(
      'query Unmistakable { unmistakable: __typename ...CHAIN_OPENED } fragment CHAIN_OPENED on Query { bookablePeople { id } }',
    );
    planted.push('nmistakable');
    planted.push(family.token, stranger.token);
    for (const { nhsNumber, familyName, birthDate, linkage } of [family.mother, family.son, stranger.mother])
      planted.push(nhsNumber, familyName, birthDate, ...(linkage ? [linkage.userId, linkage.key] : []));
    const { audit } = gateway.config.databases;
    await gateway.close();
    const store = await openAuditStore(audit);
    for await (const entry of store.entries()) entries.push(entry);
    await store.close();
  });

  const of = (operation: string) => entries.filter((entry) => entry.operation === operation);

  test('records who held and booked, for which ids, and the result', () => {
    const [held, confirmed] = [of('HoldSlot'), of('ConfirmBooking')];
    expect(held).toMatchObject([{ callerKind: 'patient', outcome: 'Hold' }]);
    expect(confirmed).toMatchObject([{ callerKind: 'patient', outcome: 'Booking', caller: held[0]?.caller }]);
    expect(held[0]?.subjects.length).toBeGreaterThan(1);
  });

  test('says that strangers reached for the booking, and that it was the same one', () => {
    const [reached, unknown] = of('CancelBooking');
    expect(reached).toMatchObject({ callerKind: 'patient', outcome: 'BookingNotFound' });
    expect(reached?.caller).not.toBe(of('ConfirmBooking')[0]?.caller);
    // The booking and the key of the request.
    expect(reached?.subjects).toHaveLength(2);
    expect(unknown).toMatchObject({ callerKind: 'anonymous', caller: null, outcome: 'NotAllowed' });
    expect(unknown?.subjects).toEqual(reached?.subjects);
  });

  test('records a refused token, and nothing of callers who see public data', () => {
    expect(entries.filter(({ outcome }) => outcome === 'UNAUTHENTICATED')).toHaveLength(1);
    expect(of('dispositions')).toEqual([]);
  });

  test('names nobody, and holds no id, token or word that could', () => {
    const text = JSON.stringify(entries);
    expect(planted.length).toBeGreaterThan(15);
    expect(planted.filter((secret) => text.includes(secret))).toEqual([]);
  });

  test('lets nobody speak for the chain', () => {
    expect(of('CHAIN_OPENED')).toMatchObject([{ sequence: 1, callerKind: 'gateway' }]);
  });

  test('is whole', async () => {
    const all = async function* () {
      yield* entries;
      await Promise.resolve();
    };
    expect(await verifyAudit({ entries: all })).toMatchObject({ chains: 1, open: 0, broken: [] });
  });
});
