import type { Fault, SimulatedOperation } from '../../adapters/simulator/injected-faults';
import type { WireFault } from './fault-proxy';
import { CHECK_FAULTS, type CheckFault } from './kept-checks';

/** Point of a journey at which a fault hits. */
export const COLUMNS = [
  'search',
  'hold',
  'before send',
  'after supplier commit',
  'read-back',
  'cancel',
] as const;
export type Column = (typeof COLUMNS)[number];

/** Exchange with the supplier in each column. */
export const EXCHANGE: Record<Column, SimulatedOperation> = {
  search: 'SEARCH',
  hold: 'SEARCH',
  'before send': 'BOOK',
  'after supplier commit': 'BOOK',
  'read-back': 'READ',
  cancel: 'CANCEL',
};

export const WORLD_EVENTS = [
  'kill-service',
  'kill-redis',
  'restart-redis',
  'flush-redis',
  'pause-redis',
  'kill-postgres',
  'busy-writer',
  'disk-full',
  'desk-takes-slot',
  'desk-cancels',
  'desk-refills',
  'desk-moves-time',
  'desk-moves-session',
  'checks-unreadable',
  'expire-sessions',
  'front-end-dies',
  'clock-ahead',
  'clock-behind',
  'clock-steps-back',
  'clock-changes-tonight',
] as const;
export type WorldEvent = (typeof WORLD_EVENTS)[number];

export type Act =
  /** The simulated supplier misbehaves. */
  | { at: 'supplier'; fault: Fault; times?: number }
  /** The network between us and the supplier does. */
  | { at: 'supplier-wire'; fault: WireFault }
  /** The network between us and Redis does, at the taking of a hold. */
  | { at: 'redis-wire'; fault: WireFault }
  /** The connection to PostgreSQL, at a COMMIT: the first of the step, or the first after the supplier's answer. */
  | { at: 'commit'; fault: WireFault; after: 'start' | 'supplier-answer' }
  /** Something happens: before the step, or while the supplier has the request or has just answered it. */
  | { at: 'start' | 'request' | 'reply'; event: WorldEvent }
  /** The symptom check stops allowing the appointment: before the step, or just after the service has read it. */
  | { at: 'check'; fault: CheckFault; when: 'start' | 'read' };

const at = {
  supplier: (fault: Fault, times = 1): Act => ({ at: 'supplier', fault, times }),
  wire: (fault: WireFault): Act => ({ at: 'supplier-wire', fault }),
  redis: (fault: WireFault): Act => ({ at: 'redis-wire', fault }),
  commit: (kind: 'reset' | 'reset-after-reply', after: 'start' | 'supplier-answer'): Act => ({
    at: 'commit',
    fault: { kind },
    after,
  }),
  start: (event: WorldEvent): Act => ({ at: 'start', event }),
  request: (event: WorldEvent): Act => ({ at: 'request', event }),
  reply: (event: WorldEvent): Act => ({ at: 'reply', event }),
  check: (fault: CheckFault, when: 'start' | 'read' = 'start'): Act => ({ at: 'check', fault, when }),
};

/** Longer than the service waits for a supplier (`TIMEOUT_MS`): ten times would only wait the longer. */
const LONGER_THAN_TIMEOUT_MS = 1_600;
const throttled: Fault = { kind: 'throttled' };
const throttledFor: Fault = { kind: 'throttled', retryAfterSeconds: 1 };
const serverError = (status: 500 | 503 | 504, afterCommit = false): Fault => ({
  kind: 'server-error',
  status,
  afterCommit,
});
const serverErrors = (afterCommit = false): Act[] => [
  at.supplier(serverError(500, afterCommit)),
  at.supplier(serverError(503, afterCommit)),
  at.supplier(serverError(504, afterCommit)),
];
const spoiled: Act[] = [
  at.supplier({ kind: 'malformed' }),
  at.supplier({ kind: 'truncated' }),
  at.supplier({ kind: 'html-200' }),
];
const HTML = 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 15\r\n\r\n<p>Welcome.</p>';
/** A document whose entities grow without end, were they expanded. */
const BOMB =
  '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "x"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]><b>&c;</b>';
const XML_BOMB = `HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: ${BOMB.length}\r\n\r\n${BOMB}`;
const NEVER_ENDS = `HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n${'{'.repeat(1000)}`;
const skewed: Act[] = [
  at.start('clock-ahead'),
  at.start('clock-behind'),
  at.request('clock-steps-back'),
  at.start('clock-changes-tonight'),
];
const redisGone: Act[] = [
  at.start('restart-redis'),
  at.start('kill-redis'),
  at.start('flush-redis'),
  at.start('pause-redis'),
];

/** Everything that may become of a check, and one change in the very moment of reading it. */
const otherwise: Act[] = [...CHECK_FAULTS.map((fault) => at.check(fault)), at.check('emergency', 'read')];

/** Matrix of faults and points: the cells that a whole run has to fill, and the faults that fill them. */
export const FAULT_MATRIX = {
  'latency 1x-10x of the timeout': {
    search: [at.supplier({ kind: 'slow', ms: LONGER_THAN_TIMEOUT_MS })],
    hold: [at.supplier({ kind: 'slow', ms: LONGER_THAN_TIMEOUT_MS })],
    'before send': [at.supplier({ kind: 'slow', ms: 400 })],
    'after supplier commit': [at.wire({ kind: 'slow-reply', ms: LONGER_THAN_TIMEOUT_MS })],
    'read-back': [at.supplier({ kind: 'slow', ms: LONGER_THAN_TIMEOUT_MS })],
    cancel: [at.wire({ kind: 'slow-reply', ms: LONGER_THAN_TIMEOUT_MS })],
  },
  '429 with and without Retry-After': {
    search: [at.supplier(throttled), at.supplier(throttledFor)],
    'before send': [at.supplier(throttled), at.supplier(throttledFor)],
    'read-back': [at.supplier(throttled), at.supplier(throttledFor)],
    cancel: [at.supplier(throttled), at.supplier(throttledFor)],
  },
  '500, 503, 504': {
    search: serverErrors(),
    'before send': serverErrors(),
    'after supplier commit': serverErrors(true),
    'read-back': serverErrors(),
    cancel: serverErrors(true),
  },
  'malformed, truncated, HTML with 200, XML bomb': {
    search: [...spoiled, at.wire({ kind: 'answer', bytes: XML_BOMB })],
    'before send': [at.wire({ kind: 'answer', bytes: HTML }), at.wire({ kind: 'answer', bytes: XML_BOMB })],
    'after supplier commit': spoiled,
    'read-back': [...spoiled, at.wire({ kind: 'answer', bytes: XML_BOMB })],
    cancel: spoiled,
  },
  'reset after commit': {
    hold: [at.redis({ kind: 'reset-after-reply' })],
    'after supplier commit': [
      at.supplier({ kind: 'reset-after-commit' }),
      at.wire({ kind: 'reset-after-reply' }),
    ],
    cancel: [at.supplier({ kind: 'reset-after-commit' }), at.wire({ kind: 'cut', afterBytes: 20 })],
  },
  'slow drip': {
    search: [at.supplier({ kind: 'slow-drip' })],
    hold: [at.redis({ kind: 'drip', everyMs: 300 })],
    'before send': [at.wire({ kind: 'answer', bytes: NEVER_ENDS, everyMs: 50 })],
    'after supplier commit': [at.wire({ kind: 'drip', everyMs: 50 })],
    'read-back': [at.supplier({ kind: 'slow-drip' })],
    cancel: [at.supplier({ kind: 'slow-drip' })],
  },
  'supplier session expires': {
    search: [at.supplier({ kind: 'session-expired' })],
    'before send': [at.supplier({ kind: 'session-expired' })],
    'after supplier commit': [at.reply('expire-sessions')],
    'read-back': [at.supplier({ kind: 'session-expired' })],
    cancel: [at.supplier({ kind: 'session-expired' })],
  },
  'duplicate and late delivery': {
    'after supplier commit': [at.wire({ kind: 'twice', afterMs: 300 }), at.wire({ kind: 'late', ms: 900 })],
    'read-back': [at.wire({ kind: 'twice', afterMs: 100 }), at.wire({ kind: 'late', ms: 900 })],
  },
  'clock skew of 2 minutes, step back, night of the clock change': {
    search: skewed,
    hold: skewed,
    'before send': skewed,
    'after supplier commit': [
      at.start('clock-ahead'),
      at.start('clock-behind'),
      at.reply('clock-steps-back'),
    ],
    'read-back': skewed,
    cancel: skewed,
  },
  'Redis restarted, killed, flushed, paused 5 s': {
    search: redisGone,
    hold: redisGone,
    'before send': [...redisGone, at.request('flush-redis')],
  },
  'PostgreSQL killed, connection cut at COMMIT': {
    search: [at.request('kill-postgres')],
    'before send': [
      at.start('kill-postgres'),
      at.commit('reset', 'start'),
      at.commit('reset-after-reply', 'start'),
    ],
    'after supplier commit': [
      at.reply('kill-postgres'),
      at.commit('reset', 'supplier-answer'),
      at.commit('reset-after-reply', 'supplier-answer'),
    ],
    cancel: [
      at.reply('kill-postgres'),
      at.commit('reset', 'start'),
      at.commit('reset-after-reply', 'supplier-answer'),
    ],
  },
  'SQLite: process killed at commit, busy writer': {
    search: [at.start('busy-writer')],
    'before send': [at.request('kill-service'), at.start('busy-writer')],
    'after supplier commit': [at.reply('kill-service'), at.reply('busy-writer')],
    cancel: [at.reply('kill-service'), at.start('busy-writer')],
  },
  'service killed': {
    hold: [at.request('kill-service')],
    'before send': [at.request('kill-service')],
    'after supplier commit': [at.reply('kill-service')],
    'read-back': [at.request('kill-service'), at.reply('kill-service')],
    cancel: [at.request('kill-service'), at.reply('kill-service')],
  },
  'practice books or cancels underneath': {
    hold: [at.start('desk-takes-slot')],
    'before send': [at.supplier({ kind: 'taken-by-desk' })],
    'after supplier commit': [
      at.reply('desk-cancels'),
      at.reply('desk-refills'),
      at.reply('desk-moves-time'),
      at.reply('desk-moves-session'),
    ],
    'read-back': [at.request('desk-moves-time'), at.request('desk-moves-session')],
    cancel: [
      at.start('desk-cancels'),
      at.start('desk-refills'),
      at.start('desk-moves-time'),
      at.request('desk-moves-session'),
    ],
  },
  'symptom check says otherwise, or cannot be read': {
    hold: [...otherwise, at.start('checks-unreadable')],
    'before send': [...otherwise, at.start('checks-unreadable')],
  },
  'disk full': {
    'before send': [at.start('disk-full')],
    'after supplier commit': [at.reply('disk-full')],
  },
  'outbox consumer dead': {
    'before send': [at.start('front-end-dies')],
    'after supplier commit': [at.reply('front-end-dies')],
  },
} as const satisfies Record<string, Partial<Record<Column, readonly Act[]>>>;

export type FaultName = keyof typeof FAULT_MATRIX;

/** One way to hit one column. */
export interface Cell {
  id: string;
  fault: FaultName;
  column: Column;
  act: Act;
}

export const CONFIGURATIONS = ['libsql', 'libsql-redis', 'postgres-redis'] as const;
export type Configuration = (typeof CONFIGURATIONS)[number];

/** Every cell that can be filled on this configuration. @param canFillDisk whether a small disk could be had. */
export function cellsOf(configuration: Configuration, canFillDisk: boolean): Cell[] {
  const matrix: Record<string, Partial<Record<Column, readonly Act[]>>> = FAULT_MATRIX;
  const names = Object.keys(matrix).filter((name): name is FaultName => name in FAULT_MATRIX);
  return names.flatMap((fault) =>
    COLUMNS.flatMap((column) =>
      (matrix[fault]?.[column] ?? []).flatMap((act, index): Cell[] =>
        applies(fault, act, configuration, canFillDisk)
          ? [{ id: `${fault} / ${column} / ${index + 1}`, fault, column, act }]
          : [],
      ),
    ),
  );
}

function applies(fault: FaultName, act: Act, configuration: Configuration, canFillDisk: boolean): boolean {
  if (fault === 'disk full') return configuration !== 'postgres-redis' && canFillDisk;
  if (fault.startsWith('SQLite')) return configuration !== 'postgres-redis';
  if (fault.startsWith('PostgreSQL')) return configuration === 'postgres-redis';
  if (fault.startsWith('Redis') || act.at === 'redis-wire') return configuration !== 'libsql';
  return true;
}
