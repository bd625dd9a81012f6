import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';

/**
 * Plays outages on the alerting rules with Prometheus' own promtool (Debian's package `prometheus`): which alarms fire, and
 * which do not, in a product of six processes.
 */
const FOLDER = join(__dirname, '..', 'docs', 'operate');
const RULES = join(FOLDER, 'alerts.yaml');
const HAS_PROMTOOL = spawnSync('promtool', ['--version']).status === 0;

/** Series by their names with labels, and the values that a scrape every 15 seconds saw, in promtool's notation. */
type Series = Readonly<Record<string, string>>;

const SCRAPES_A_MINUTE = 4;
const HOURS = 3;
const SCRAPES = HOURS * 60 * SCRAPES_A_MINUTE;
const always = (value: number) => `${value}x${SCRAPES}`;
/** Writes a series of runs of one value a minute; `_`: the target was gone, which ends a series at once. */
const minutes = (...runs: [count: number, value: number | '_'][]) =>
  runs
    .map(([count, value]) => {
      const scrapes = count * SCRAPES_A_MINUTE;
      return value === '_' ? `stale _x${scrapes - 2}` : `${value}x${scrapes - 1}`;
    })
    .join(' ');

const PROCESSES = [
  ['gateway', 'gateway-1'],
  ['gateway', 'gateway-2'],
  ['triage', 'triage-1'],
  ['practices', 'practices-1'],
  ['appointments', 'appointments-1'],
  ['appointments', 'appointments-2'],
] as const;
type Part = (typeof PROCESSES)[number][0];

const labels = (part: Part, instance: string, more = '') =>
  `{job="gp-booking-${part}",instance="${instance}"${more}}`;
const up = (part: Part, instance: string) => `up${labels(part, instance)}`;
const ready = (part: Part, instance: string) =>
  `gp_booking_ready${labels(part, instance, `,part="${part}"`)}`;
/** One series for each process of the part. */
const each = (part: Part, name: string, values: string, more = ''): Series =>
  Object.fromEntries(
    PROCESSES.filter(([of]) => of === part).map(([, instance]) => [
      name + labels(part, instance, more),
      values,
    ]),
  );
const breaker = (state: string, values: string) =>
  each('appointments', 'gp_booking_supplier_breaker', values, `,supplier="emis",state="${state}"`);
const answers = (answer: string, values: string) =>
  each(
    'appointments',
    'gp_booking_supplier_seconds_count',
    values,
    `,supplier="emis",operation="SEARCH",outcome="${answer}"`,
  );
const errors = (code: string, values: string) =>
  each('gateway', 'gp_booking_gateway_errors_total', values, `,code="${code}"`);
const refusals = (code: string, values: string) =>
  each('gateway', 'gp_booking_gateway_refusals_total', values, `,code="${code}"`);

const LEDGER = [
  'gp_booking_awaiting_operator',
  'gp_booking_oldest_unsettled_seconds',
  'gp_booking_outbox_lag_seconds',
  'gp_booking_outbox_abandoned_last_day',
  'gp_booking_practice_notices_lag_seconds',
  'gp_booking_practice_notices_abandoned_last_day',
];

const ledgerGauges = (values: string): Series =>
  Object.fromEntries(LEDGER.flatMap((name) => Object.entries(each('appointments', name, values))));

/** Series of a service that runs without any requests. */
const QUIET: Series = {
  ...Object.fromEntries(PROCESSES.map(([part, instance]) => [up(part, instance), always(1)])),
  ...Object.fromEntries(PROCESSES.map(([part, instance]) => [ready(part, instance), always(1)])),
  ...Object.fromEntries(
    PROCESSES.map(([part, instance]) => [
      `nodejs_eventloop_lag_p99_seconds${labels(part, instance)}`,
      always(0),
    ]),
  ),
  ...each('appointments', 'gp_booking_ledger_up', always(1)),
  ...ledgerGauges(always(0)),
  ...breaker('CLOSED', always(1)),
  ...breaker('OPEN', always(0)),
  ...breaker('HALF_OPEN', always(0)),
  ...answers('OK', always(0)),
  ...errors('INTERNAL_SERVER_ERROR', always(0)),
  ...errors('SERVICE_UNAVAILABLE', always(0)),
  ...refusals('SERVICE_UNAVAILABLE', always(0)),
  ...refusals('AUDIT_UNAVAILABLE', always(0)),
  ...refusals('OVERLOADED', always(0)),
  ...each('gateway', 'gp_booking_gateway_fallbacks_total', always(0), ',reason="plan-node"'),
  ...each('appointments', 'gp_booking_copies_not_kept_total', always(0)),
  ...each('appointments', 'gp_booking_lost_bookings_left_total', always(0)),
};

/** Series of processes that are gone: none of their own, and `up` of 0. */
function gone(...instances: string[]): Series {
  const theirs = Object.keys(QUIET).filter((name) =>
    instances.some((instance) => name.includes(`instance="${instance}"`)),
  );
  return Object.fromEntries(
    theirs.map((name) => [
      name,
      minutes(
        [30, name.startsWith('up') ? 1 : Number(QUIET[name]?.split('x')[0])],
        [60, name.startsWith('up') ? 0 : '_'],
      ),
    ]),
  );
}

interface Outage {
  when: string;
  series: Series;
  /** Alarms that fire, by minute since the start; everything is well until minute 30. */
  fires: Readonly<Record<number, readonly string[]>>;
}

const OUTAGES: Outage[] = [
  { when: 'nobody asks for anything all night', series: {}, fires: { 10: [], 60: [], 170: [] } },
  {
    when: 'one of two gateways is gone',
    series: gone('gateway-1'),
    fires: { 31: [], 34: ['ProcessGone'], 60: ['ProcessGone'] },
  },
  {
    when: 'all gateways are gone',
    series: gone('gateway-1', 'gateway-2'),
    fires: { 29: [], 33: ['PartGone', 'ProcessGone'] },
  },
  {
    when: 'all appointments processes are gone, and with them all that they say of the ledger',
    series: gone('appointments-1', 'appointments-2'),
    fires: { 29: [], 33: ['PartGone', 'ProcessGone'] },
  },
  { when: 'triage is gone', series: gone('triage-1'), fires: { 29: [], 33: ['PartGone', 'ProcessGone'] } },
  {
    when: 'practices is gone',
    series: gone('practices-1'),
    fires: { 29: [], 33: ['PartGone', 'ProcessGone'] },
  },
  {
    when: 'nothing is scraped at all, or METRICS is off',
    series: Object.fromEntries(
      Object.keys(QUIET).map((name) => [name, minutes([30, Number(QUIET[name]?.split('x')[0])], [60, '_'])]),
    ),
    fires: { 29: [], 33: ['PartGone'] },
  },
  {
    when: 'every process is restarted, one after the other',
    series: Object.fromEntries(
      PROCESSES.flatMap(([part, instance], index) => [
        [up(part, instance), minutes([30 + index, 1], [1, 0], [60, 1])],
        [ready(part, instance), minutes([30 + index, 1], [1, '_'], [60, 1])],
      ]),
    ),
    fires: Object.fromEntries([31, 32, 33, 34, 35, 36, 40].map((minute) => [minute, []])),
  },
  {
    when: 'the database of bookings is away',
    series: {
      ...each('appointments', 'gp_booking_ledger_up', minutes([30, 1], [60, 0])),
      ...ledgerGauges(minutes([30, 0], [60, '_'])),
      [ready('appointments', 'appointments-1')]: minutes([30, 1], [60, 0]),
      [ready('appointments', 'appointments-2')]: minutes([30, 1], [60, 0]),
    },
    fires: {
      29: [],
      33: ['LedgerDown', 'PartNotReady'],
      40: ['LedgerDown', 'PartNotReady', 'ProcessNotReady'],
    },
  },
  {
    when: 'one of two appointments processes cannot reach the database',
    series: {
      'gp_booking_ledger_up{job="gp-booking-appointments",instance="appointments-1"}': minutes(
        [30, 1],
        [60, 0],
      ),
      [ready('appointments', 'appointments-1')]: minutes([30, 1], [60, 0]),
    },
    fires: { 33: [], 37: ['ProcessNotReady'] },
  },
  {
    when: 'the signatures of the triage content end',
    series: each(
      'triage',
      'gp_booking_clinical_content_seconds_left',
      minutes([30, 15 * 86_400], [60, 13 * 86_400]),
    ),
    fires: { 29: [], 31: ['ClinicalContentEnds'] },
  },
  {
    when: 'the database of triage is read-only',
    series: { [ready('triage', 'triage-1')]: minutes([30, 1], [60, 0]) },
    fires: { 29: [], 33: ['PartNotReady'] },
  },
  {
    when: 'a booking waits for an operator',
    series: each('appointments', 'gp_booking_awaiting_operator', minutes([30, 0], [60, 1])),
    fires: { 33: [], 37: ['BookingNeedsAPerson'] },
  },
  {
    when: 'a booking stays unknown',
    series: each(
      'appointments',
      'gp_booking_oldest_unsettled_seconds',
      `0x${30 * SCRAPES_A_MINUTE} 0+15x120`,
    ),
    fires: { 40: [], 50: ['OutcomesStayUnknown'] },
  },
  {
    when: 'a booking is settled within minutes',
    series: each(
      'appointments',
      'gp_booking_oldest_unsettled_seconds',
      `0x${30 * SCRAPES_A_MINUTE} 0+15x40 0x200`,
    ),
    fires: { 40: [], 50: [] },
  },
  {
    when: 'the front end does not answer, and a change is given up',
    series: {
      ...each('appointments', 'gp_booking_outbox_lag_seconds', `0x${30 * SCRAPES_A_MINUTE} 0+15x400`),
      ...each('appointments', 'gp_booking_outbox_abandoned_last_day', minutes([60, 0], [60, 1])),
    },
    fires: { 34: [], 50: ['FrontEndNotTold'], 65: ['FrontEndNeverTold', 'FrontEndNotTold'] },
  },
  {
    when: 'changes that were given up long ago are forgotten, and processes restart',
    series: each('appointments', 'gp_booking_outbox_abandoned', minutes([30, 5], [1, '_'], [30, 5], [60, 2])),
    fires: { 32: [], 45: [], 62: [], 90: [] },
  },
  {
    when: 'practices are not told, and never will be',
    series: {
      ...each(
        'appointments',
        'gp_booking_practice_notices_lag_seconds',
        `0x${30 * SCRAPES_A_MINUTE} 0+15x400`,
      ),
      ...each('appointments', 'gp_booking_practice_notices_abandoned_last_day', minutes([60, 0], [60, 1])),
    },
    fires: { 50: ['PracticesNotTold'], 65: ['PracticesNeverTold', 'PracticesNotTold'] },
  },
  {
    when: 'no copies of bookings are kept for half an hour',
    series: each(
      'appointments',
      'gp_booking_copies_not_kept_total',
      `0x${30 * SCRAPES_A_MINUTE} 0+1x120 120x240`,
    ),
    fires: { 29: [], 33: [], 40: ['CopiesNotKept'], 90: [] },
  },
  {
    when: 'a person comes whose lost booking cannot be taken on again',
    series: {
      'gp_booking_lost_bookings_left_total{job="gp-booking-appointments",instance="appointments-1"}': minutes(
        [30, 0],
        [90, 1],
      ),
    },
    fires: { 29: [], 33: ['LostBookingLeft'], 110: [] },
  },
  {
    when: 'a supplier fails, and its breaker lets a call through every half minute',
    series: {
      ...breaker('CLOSED', minutes([30, 1], [60, 0])),
      ...breaker('OPEN', `0x${30 * SCRAPES_A_MINUTE} ${'1 0 '.repeat(120)}`.trim()),
      ...breaker('HALF_OPEN', `0x${30 * SCRAPES_A_MINUTE} ${'0 1 '.repeat(120)}`.trim()),
      ...answers('SERVER_ERROR', `0x${30 * SCRAPES_A_MINUTE} 0+1x240`),
    },
    fires: { 34: [], 40: ['SupplierLeftAlone'] },
  },
  {
    when: 'a supplier fails for one process of two',
    series: {
      'gp_booking_supplier_breaker{job="gp-booking-appointments",instance="appointments-1",supplier="emis",state="CLOSED"}':
        minutes([30, 1], [60, 0]),
      ...answers('TIMED_OUT', `0x${30 * SCRAPES_A_MINUTE} 0+1x240`),
    },
    fires: { 40: ['SupplierLeftAlone'] },
  },
  {
    when: 'a breaker is left open by the last call of the evening',
    series: {
      ...breaker('CLOSED', minutes([30, 1], [90, 0])),
      ...breaker('OPEN', minutes([30, 0], [90, 1])),
      ...answers('TIMED_OUT', minutes([29, 0], [1, 8], [90, 8])),
    },
    fires: { 35: [], 60: [], 110: [] },
  },
  {
    when: 'few ask, and all of them fail by a fault of ours',
    series: errors('INTERNAL_SERVER_ERROR', minutes([30, 0], [2, 1], [2, 2], [60, 3])),
    fires: { 29: [], 36: ['FaultsOfOurs'], 60: [] },
  },
  {
    when: 'one request failed by a fault of ours, and the process was restarted',
    series: {
      'gp_booking_gateway_errors_total{job="gp-booking-gateway",instance="gateway-1",code="INTERNAL_SERVER_ERROR"}':
        minutes([30, 0], [5, 1], [60, 0]),
    },
    fires: { 33: [], 40: [] },
  },
  {
    when: 'a part is away while people ask',
    series: errors('SERVICE_UNAVAILABLE', `0x${30 * SCRAPES_A_MINUTE} 0+2x120 240x100`),
    fires: { 29: [], 36: ['Outage'], 70: [] },
  },
  {
    when: 'writing the audit trail failed',
    series: refusals('AUDIT_UNAVAILABLE', `0x${30 * SCRAPES_A_MINUTE} 0+1x120`),
    fires: { 29: [], 32: ['AuditNotWritten'] },
  },
  {
    when: 'the end of the audit trail is lost',
    series: each('gateway', 'gp_booking_gateway_audit_cut_off_total', minutes([30, 0], [90, 1])),
    fires: { 29: [], 33: ['AuditCutOff'], 110: [] },
  },
  {
    when: 'more is asked than can be done',
    series: refusals('OVERLOADED', `0x${30 * SCRAPES_A_MINUTE} 0+30x120`),
    fires: { 33: [], 45: ['Shedding'] },
  },
  {
    when: 'a burst is shed once',
    series: refusals('OVERLOADED', `0x${30 * SCRAPES_A_MINUTE} 200x240`),
    fires: { 32: [], 40: [] },
  },
  {
    when: 'a process is busier than one core allows',
    series: {
      'nodejs_eventloop_lag_p99_seconds{job="gp-booking-gateway",instance="gateway-1"}': minutes(
        [30, 0],
        [60, 0.5],
      ),
      'nodejs_eventloop_lag_p99_seconds{job="somebody-else",instance="theirs"}': always(3),
    },
    fires: { 29: [], 36: ['EventLoopBlocked'] },
  },
  {
    when: 'operations go to the slow executor',
    series: each(
      'gateway',
      'gp_booking_gateway_fallbacks_total',
      `0x${30 * SCRAPES_A_MINUTE} 0+2x240`,
      ',reason="plan-node"',
    ),
    fires: { 29: [], 60: ['CompiledExecutorLeftOut'] },
  },
];

function unitTest({ when, series, fires }: Outage) {
  return {
    name: when,
    interval: `${60 / SCRAPES_A_MINUTE}s`,
    input_series: Object.entries({ ...QUIET, ...series }).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: Object.entries(fires).map(([minute, alarms]) => ({
      expr: 'group by (alertname) (ALERTS{alertstate="firing"})',
      eval_time: `${minute}m`,
      exp_samples: alarms.map((alertname) => ({ labels: `{alertname="${alertname}"}`, value: 1 })),
    })),
  };
}

/** Runs promtool; returns nothing where every alarm was as expected. */
function played(outages: readonly Outage[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'gp-booking-alarms-'));
  try {
    const file = join(folder, 'outages.yaml');
    const tests = outages.map(unitTest);
    writeFileSync(file, stringify({ rule_files: [RULES], evaluation_interval: '15s', tests }));
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
    return status === 0 ? '' : `${stdout}${stderr}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const Rules = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
});
const rules = Rules.parse(parse(readFileSync(RULES, 'utf8'))).groups.flatMap((group) => group.rules);

test('every alarm has an outage in which it fires, and one in which it does not', () => {
  const fired = new Set(OUTAGES.flatMap(({ fires }) => Object.values(fires).flat()));
  expect(rules.map(({ alert }) => alert).filter((alert) => !fired.has(alert))).toEqual([]);
});

/** Gauges that fall, and so are no matter for functions of counters. */
test('no rule takes a gauge for a counter', () => {
  const counted = rules.flatMap(({ expr }) =>
    [...expr.matchAll(/\b(?:rate|irate|increase)\((\w+)/g)].map(([, name]) => name ?? ''),
  );
  expect(counted.length).toBeGreaterThan(3);
  expect(counted.filter((name) => !/_(total|count|bucket|sum)$/.test(name))).toEqual([]);
});

(HAS_PROMTOOL ? describe : describe.skip)('alarms, played with promtool', () => {
  test('the rules and the scrape configuration can be read', () => {
    const rulesRead = spawnSync('promtool', ['check', 'rules', RULES], { encoding: 'utf8' });
    expect(rulesRead).toMatchObject({ status: 0 });
    const config = join(FOLDER, 'prometheus.yaml');
    const configRead = spawnSync('promtool', ['check', 'config', '--syntax-only', config], {
      encoding: 'utf8',
    });
    expect(configRead).toMatchObject({ status: 0 });
  });

  test('fire in each outage, and in no other', () => {
    expect(played(OUTAGES)).toBe('');
  });

  test('and an alarm that is expected wrongly shows', () => {
    expect(played([{ when: 'nothing', series: {}, fires: { 10: ['LedgerDown'] } }])).toContain('LedgerDown');
  });
});
