import pino from 'pino';
import { machineTimers } from '../domain/timers';
import { OdsCode } from '../domain/ods-code';
import type { Adapter } from './adapter';
import { manifest } from './gp-connect/gp-connect.manifest';
import type { Call, Slot, SlotSearch } from './gp-system';
import { gpSystemOf } from './gp-system-of';
import { isSoundAppointment } from './sound';

const practice = OdsCode.parse('B86030');
const NOON = new Date('2026-07-01T12:00:00Z');
const at = (time: string) => new Date(`2026-07-01T${time}Z`);
const SLOT: Slot = {
  practice,
  id: '5',
  startsAt: at('13:00:00'),
  endsAt: at('13:10:00'),
  mode: 'IN_PERSON',
  slotType: '111 urgent',
  supplierData: '{}',
};
const call: Call = {
  signal: new AbortController().signal,
  deadline: Number.POSITIVE_INFINITY,
  requestId: 'r',
};
const search: SlotSearch = {
  practice,
  from: NOON,
  to: new Date('2026-07-14T12:00:00Z'),
  actor: { kind: 'PATIENT', id: 'p' },
};
const unused = () => Promise.reject(new Error('not here'));

/** The slots that the kit offers of those that an adapter has read, and what it says in its log. */
async function offered(slot: Partial<Slot>) {
  const adapter: Adapter = {
    // eslint-disable-next-line @typescript-eslint/require-await -- a page at once
    async *searchSlots(_, context) {
      context.leaveOut('NO_MODE');
      yield [{ ...SLOT, ...slot }];
    },
    book: unused,
    readBack: unused,
    cancel: unused,
    health: unused,
  };
  const lines: unknown[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const http = { send: unused };
  const system = gpSystemOf({ manifest, adapter, http, now: () => NOON, timers: machineTimers, logger });
  const found: Slot[] = [];
  for await (const page of system.searchSlots(search, call)) found.push(...page);
  return { found, lines };
}

test.each<[string, Partial<Slot>]>([
  ['of one minute', { endsAt: at('13:01:00') }],
  ['of three hours', { endsAt: at('16:00:00') }],
  ['with as much data as an offer holds', { supplierData: 'x'.repeat(500) }],
])('a slot %s is offered', async (_, slot) => {
  expect((await offered(slot)).found).toHaveLength(1);
});

test.each<[string, Partial<Slot>]>([
  ['of no length', { endsAt: at('13:00:00') }],
  ['of half a minute', { endsAt: at('13:00:30') }],
  ['that ends before it starts', { endsAt: at('12:50:00') }],
  ['of six days', { endsAt: new Date('2026-07-07T13:00:00Z') }],
  ['of five hours', { endsAt: at('18:00:00') }],
  ['at no time', { startsAt: new Date(NaN) }],
  ['without an id', { id: '' }],
  ['with an id that is a book', { id: 'x'.repeat(1_000) }],
  ['without a type', { slotType: ' ' }],
  ['with a type that is a book', { slotType: 'x'.repeat(1_000) }],
  ['with a name that is a book', { sessionName: 'x'.repeat(100_000) }],
  ['with more data than an offer holds', { supplierData: 'x'.repeat(501) }],
])('a slot %s is left out, and counted', async (_, slot) => {
  const { found, lines } = await offered(slot);
  expect(found).toEqual([]);
  expect(lines).toMatchObject([
    { level: 40, supplier: 'gp-connect', leftOut: { UNSOUND: 1, NO_MODE: 1 }, msg: 'slots left out' },
  ]);
});

test('slots that are left out for what they lack are counted, without an alarm', async () => {
  expect((await offered({})).lines).toMatchObject([{ level: 30, leftOut: { NO_MODE: 1 } }]);
});

test.each([
  ['2026-07-01T13:00:00Z', '2026-07-01T13:10:00Z', true],
  ['2019-07-01T13:00:00Z', '2019-07-01T13:10:00Z', true],
  ['9999-12-31T23:00:00Z', '9999-12-31T23:10:00Z', false],
  ['2026-07-01T13:00:00Z', '2026-07-01T12:00:00Z', false],
  ['2026-07-01T13:00:00Z', '2026-07-07T13:00:00Z', false],
])('an appointment from %s to %s can be right: %s', (startsAt, endsAt, isSound) => {
  const times = { startsAt: new Date(startsAt), endsAt: new Date(endsAt) };
  const appointment = { id: '1', slotId: '5', status: 'BOOKED', carriesMarker: true, ...times } as const;
  expect(isSoundAppointment(appointment, NOON)).toBe(isSound);
});
