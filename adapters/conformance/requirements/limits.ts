import { expect } from 'expect';
import { eventually } from '../../../domain/eventually';
import { startOfLondonDay, CalendarDate, readWallClock } from '../../../domain/london-time';
import type { OdsCode } from '../../../domain/ods-code';
import { machineTimers, within } from '../../../domain/timers';
import { WEEKDAYS } from '../../gp-system';
import { supplierNamed } from '../../registry';
import {
  bookCommand,
  callWithin,
  hoursAfter,
  type Laboratory,
  laboratory,
  newPatient,
  newPractice,
  NOON,
  requests,
  search,
  switchOn,
} from '../laboratory';
import type { Requirement } from '../requirement';

/** Only one that waits for time to pass takes so long, on any machine. */
const KEPT_WAITING_MS = 10_000;

export const limitsRequirements: readonly Requirement[] = [
  {
    level: 'L2',
    id: 'limits.per-practice',
    title: 'never exceeds the limits of one practice, and keeps no other waiting for them',
    notFor: ({ limits }) => (limits.perPractice ? null : 'no practice has limits of its own'),
    async run({ manifest, wire }) {
      const { requestsPerSecond = 0, concurrency = 0 } = manifest.limits.perPractice ?? {};
      const lab = await laboratory(supplierNamed(manifest.id).manifest.id, { isRateLimited: true });
      const callers: AbortController[] = [];
      const look = (practice: OdsCode) => {
        const caller = new AbortController();
        callers.push(caller);
        const range = { practice, from: NOON, to: hoursAfter(NOON, 1), patient: newPatient(lab, practice) };
        return search(lab, range, { ...callWithin(lab), signal: caller.signal });
      };
      const busy = newPractice(lab);
      // Another one each time, whose own limits no earlier look has used up.
      const lookElsewhere = () => look(newPractice(lab));
      const searches: Promise<unknown>[] = [];
      try {
        // With the log-on, where there is one, that all others find.
        await lookElsewhere();
        switchOn(lab, { kind: 'held' }, { practice: busy });
        for (let each = 0; each < requestsPerSecond * 2; each++) searches.push(look(busy));
        for (const one of searches) one.catch(() => undefined);
        await eventually('a request is held', () => lab.simulators.faults.held() > 0);
        // Another practice is answered meanwhile, so whatever was to be sent before has been sent.
        const felt = (await within(machineTimers, KEPT_WAITING_MS, lookElsewhere())) === undefined;
        if (felt) throw new Error('A search of another practice waits for the limits of this one.');
        const atOnce = lab.simulators.faults.held();
        if (atOnce > concurrency)
          throw new Error(
            `${atOnce} requests were under way to one practice, which allows ${concurrency} (limits.perPractice).`,
          );
        lab.simulators.faults.clear();
        lab.simulators.faults.release();
        for (let answered = 0; answered < 10; answered++) await lookElsewhere();
        const sent = sentTo(lab, busy);
        if (sent > requestsPerSecond)
          throw new Error(
            `${sent} requests were sent to one practice in a second, which allows ${requestsPerSecond} (limits.perPractice).`,
          );
      } finally {
        wire.push(...lab.wire);
        lab.simulators.faults.release();
        for (const caller of callers) caller.abort();
        await Promise.allSettled(searches);
        await lab.close();
      }
    },
  },
  {
    level: 'L2',
    id: 'maintenance.nothing-sent',
    title: 'sends nothing in the hours of its supplier’s maintenance, and says until when',
    notFor: ({ maintenance = [] }) => (maintenance.length === 0 ? 'no maintenance is declared' : null),
    async run(lab) {
      for (const window of lab.manifest.maintenance ?? []) {
        const [begins, until] = [instantOf(window.day, window.from), instantOf(window.day, window.until)];
        const practice = newPractice(lab);
        const patient = newPatient(lab, practice);
        lab.clock.now = NOON;
        const range = { patient, practice, from: hoursAfter(until, 2), to: hoursAfter(until, 4) };
        lab.simulators.diary.deskFrees(practice, range.from, range.to);
        const [slot] = await search(lab, range);
        if (!slot) throw new Error('The search finds no free slot, though the desk has made room.');
        const before = requests(lab);
        for (const now of [begins, new Date(until.getTime() - 1)]) {
          lab.clock.now = now;
          const closed = { fault: 'MAINTENANCE', mayHaveBeenSent: false, until };
          await expect(search(lab, range)).rejects.toMatchObject(closed);
          const outcome = await lab.system.book(bookCommand(lab, slot, patient), callWithin(lab));
          expect(outcome).toMatchObject({ class: 'NOT_SENT', error: closed });
          expect(await lab.system.health(callWithin(lab))).not.toEqual({ status: 'UP' });
        }
        expect({ sent: requests(lab) - before }).toEqual({ sent: 0 });
        lab.clock.now = until;
        expect((await search(lab, range)).length).toBeGreaterThan(0);
      }
    },
  },
];

function sentTo({ wire, manifest }: Laboratory, practice: OdsCode): number {
  return wire.filter(
    ({ supplier, target, reply }) =>
      supplier === manifest.id && target.practice === practice && reply === undefined,
  ).length;
}

/** The next such moment by London's clocks after noon of Wednesday 1 July 2026. */
function instantOf(day: (typeof WEEKDAYS)[number], time: string): Date {
  const daysAhead = (WEEKDAYS.indexOf(day) - WEEKDAYS.indexOf('WEDNESDAY') + 7) % 7 || 7;
  const date = (days: number) => new Date(Date.UTC(2026, 6, 1 + days)).toISOString().slice(0, 10);
  if (time === '24:00') return startOfLondonDay(CalendarDate.parse(date(daysAhead + 1)));
  const reading = readWallClock(`${date(daysAhead)}T${time}:00`);
  if (reading.kind !== 'instant') throw new Error('In July every time on the clock is one instant.');
  return reading.instant;
}
