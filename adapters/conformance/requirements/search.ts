import { expect } from 'expect';
import { addLondonDays } from '../../../domain/london-time';
import type { Manifest } from '../../gp-system';
import {
  ACTOR,
  bookCommand,
  callWithin,
  freeSlot,
  hoursAfter,
  newPatient,
  newPractice,
  NOON,
  ready,
  requests,
  search,
  switchOn,
} from '../laboratory';
import type { Requirement } from '../requirement';
import { described, expectTruth, free, hasPlainTimes } from './truth';

const withoutSession = ({ sessionTtlMs }: Manifest) =>
  sessionTtlMs === undefined ? 'no log-on and no token is kept' : null;

export const searchRequirements: readonly Requirement[] = [
  {
    level: 'L2',
    id: 'search.complete',
    title:
      'finds every released slot wholly inside the range, once, with type and mode as the practice names them',
    async run(lab) {
      const practice = newPractice(lab);
      const [from, to] = [new Date('2026-07-02T08:05:00Z'), new Date('2026-07-02T20:15:00Z')];
      lab.simulators.diary.deskFrees(practice, from, to);
      const slots = await search(lab, { patient: newPatient(lab, practice), practice, from, to });
      expect(slots.length).toBeGreaterThan(60);
      // An adapter that knows one length only would not be noticed.
      expect(new Set(slots.map(({ startsAt, endsAt }) => +endsAt - +startsAt)).size).toBeGreaterThan(1);
      expectTruth(lab, slots, { practice, from, to });
      for (const slot of slots) {
        expect(slot.practice).toBe(practice);
        expect(slot.supplierData.length).toBeLessThanOrEqual(500);
        expect(lab.manifest.capabilities.modes).toContain(slot.mode);
      }
    },
  },
  {
    level: 'L2',
    id: 'search.empty',
    title: 'finds nothing, without an error, where the book is full',
    async run(lab) {
      const practice = newPractice(lab);
      const [from, to] = [hoursAfter(NOON, 1), hoursAfter(NOON, 9)];
      lab.simulators.diary.deskTakes(practice, from, to);
      expect(await search(lab, { patient: newPatient(lab, practice), practice, from, to })).toEqual([]);
    },
  },
  {
    level: 'L2',
    id: 'search.many-days',
    title:
      'searches more days than one request may span without a gap or a duplicate, across the October clock change',
    async run(lab) {
      const practice = newPractice(lab);
      lab.simulators.diary.configure(practice, { horizonDays: 90 });
      lab.clock.now = new Date('2026-10-15T09:00:00Z');
      const from = hoursAfter(lab.clock.now, 72);
      const to = addLondonDays(from, lab.manifest.limits.searchWindowDays + 2);
      const slots = await search(lab, { patient: newPatient(lab, practice), practice, from, to });
      expectTruth(lab, slots, { practice, from, to }, hasPlainTimes);
    },
  },
  {
    level: 'L2',
    id: 'search.joint',
    title: 'finds the slot that spans the boundary of two searches',
    async run(lab) {
      const practice = newPractice(lab);
      lab.simulators.diary.configure(practice, { horizonDays: 90 });
      const { searchWindowDays } = lab.manifest.limits;
      const day = addLondonDays(hoursAfter(NOON, 24), searchWindowDays);
      lab.simulators.diary.deskFrees(practice, day, hoursAfter(day, 1));
      const [spanning] = free(lab, { practice, from: day, to: hoursAfter(day, 1) });
      if (!spanning) throw new Error('The book has no slot in an hour that the desk has freed.');
      const joint = new Date((+spanning.startsAt + +spanning.endsAt) / 2);
      const [from, to] = [addLondonDays(joint, -searchWindowDays), hoursAfter(joint, 12)];
      const slots = await search(lab, { patient: newPatient(lab, practice), practice, from, to });
      expect(described(slots)).toEqual(expect.arrayContaining(described([spanning])));
      expectTruth(lab, slots, { practice, from, to });
    },
  },
  {
    level: 'L2',
    id: 'search.given-up',
    title: 'sends nothing for a call that its caller has abandoned',
    async run(lab) {
      const practice = newPractice(lab);
      const call = { ...callWithin(lab), signal: AbortSignal.abort() };
      const found = search(
        lab,
        { patient: newPatient(lab, practice), practice, from: NOON, to: hoursAfter(NOON, 6) },
        call,
      );
      await expect(found).rejects.toMatchObject({ fault: 'TIMED_OUT', mayHaveBeenSent: false });
      expect(requests(lab)).toBe(0);
    },
  },
  {
    level: 'L2',
    id: 'search.credentials',
    title: 'serves people without credentials at the practice only where its route needs none',
    async run(lab) {
      const practice = newPractice(lab);
      const { linkage, ...stranger } = newPatient(lab, practice);
      expect(linkage).toBeDefined();
      const found = search(lab, { patient: stranger, practice, from: NOON, to: hoursAfter(NOON, 6) });
      if (lab.manifest.route === 'NETWORK') {
        expect(await found).toBeInstanceOf(Array);
        return;
      }
      await expect(found).rejects.toMatchObject({ fault: 'NOT_AUTHENTICATED', mayHaveBeenSent: false });
      expect(requests(lab)).toBe(0);
    },
  },
  {
    level: 'L2',
    id: 'search.cached-never',
    title: 'sends a new request for every search and every slot check',
    async run(lab) {
      const { practice, patient, slot } = await ready(lab);
      const before = requests(lab, 'SEARCH');
      await search(lab, { patient, practice, from: slot.startsAt, to: slot.endsAt });
      await lab.system.checkSlot({ slot, actor: ACTOR, patient }, callWithin(lab));
      const eachTakes = requests(lab, 'SEARCH') - before;
      expect(eachTakes).toBeGreaterThanOrEqual(2);
      await lab.system.checkSlot({ slot, actor: ACTOR, patient }, callWithin(lab));
      expect(requests(lab, 'SEARCH') - before).toBeGreaterThan(eachTakes);
    },
  },
  {
    level: 'L2',
    id: 'check-slot.truth',
    title: 'checks a slot: free, then taken by the desk, and unknown while the supplier fails',
    async run(lab) {
      const { practice, patient, slot } = await ready(lab);
      const check = () => lab.system.checkSlot({ slot, actor: ACTOR, patient }, callWithin(lab));
      expect(await check()).toBe('FREE');
      switchOn(
        lab,
        { kind: 'server-error', status: 500, afterCommit: false },
        { practice, operation: 'SEARCH' },
      );
      expect(await check()).toBe('UNKNOWN');
      lab.simulators.faults.clear();
      lab.simulators.diary.deskTakes(practice, slot.startsAt, slot.endsAt);
      expect(await check()).toBe('TAKEN');
    },
  },
  {
    level: 'L2',
    id: 'session.renewed',
    title: 'renews a session or token that has ended, once, and goes on',
    notFor: withoutSession,
    async run(lab) {
      const practice = newPractice(lab);
      const patient = newPatient(lab, practice);
      await freeSlot(lab, patient, practice);
      const logOns = requests(lab, 'SESSION');
      expect(logOns).toBeGreaterThan(0);
      for (let expiry = 1; expiry <= 2; expiry++) {
        lab.simulators.expireSessions();
        await search(lab, { patient, practice, from: NOON, to: hoursAfter(NOON, 6) });
        expect(requests(lab, 'SESSION')).toBe(logOns * (expiry + 1));
      }
    },
  },
  {
    level: 'L2',
    id: 'session.one-log-on',
    title: 'logs on once for all calls at the same time',
    notFor: withoutSession,
    async run(lab) {
      const practice = newPractice(lab);
      const patient = newPatient(lab, practice);
      await search(lab, { patient, practice, from: NOON, to: hoursAfter(NOON, 6) });
      const logOns = requests(lab, 'SESSION');
      lab.simulators.expireSessions();
      await Promise.all(
        Array.from({ length: 6 }, () =>
          search(lab, { patient, practice, from: NOON, to: hoursAfter(NOON, 6) }),
        ),
      );
      expect(requests(lab, 'SESSION')).toBe(logOns * 2);
    },
  },
  {
    level: 'L2',
    id: 'session.refused',
    title: 'fails when a renewed session is refused too, rather than renew for ever',
    notFor: withoutSession,
    async run(lab) {
      const { practice, patient, slot } = await ready(lab);
      const before = requests(lab, 'SEARCH');
      switchOn(lab, { kind: 'session-expired' }, { practice, operation: 'SEARCH' });
      const found = search(lab, { patient, practice, from: slot.startsAt, to: slot.endsAt });
      await expect(found).rejects.toMatchObject({ fault: 'NOT_AUTHENTICATED' });
      expect(requests(lab, 'SEARCH') - before).toBeLessThanOrEqual(4);
    },
  },
  {
    level: 'L2',
    id: 'health.tells',
    title: 'reports whether its supplier answers',
    async run(lab) {
      const { id } = lab.manifest;
      expect(await lab.system.health(callWithin(lab))).toEqual({ status: 'UP' });
      lab.simulators.faults.add({
        supplier: id,
        fault: { kind: 'server-error', status: 500, afterCommit: false },
      });
      expect(await lab.system.health(callWithin(lab))).not.toEqual({ status: 'UP' });
      lab.simulators.faults.clear();
      await lab.simulators.down(id);
      expect(await lab.system.health(callWithin(lab))).toEqual({ status: 'DOWN' });
      await lab.simulators.up(id);
      expect(await lab.system.health(callWithin(lab))).toEqual({ status: 'UP' });
    },
  },
  {
    level: 'L2',
    id: 'privacy.log',
    title: 'writes no identity, credential or free text to any log',
    async run(lab) {
      const { patient, slot } = await ready(lab);
      const command = { ...bookCommand(lab, slot, patient), reason: 'Unmistakable words' };
      await lab.system.book(command, callWithin(lab));
      const log = lab.logged.join('');
      expect(log).toContain('supplier exchange');
      const { nhsNumber, familyName, givenName, birthDate, linkage } = patient;
      for (const secret of [nhsNumber, familyName, givenName, birthDate, linkage?.userId, linkage?.key])
        expect(log).not.toContain(secret);
      expect(log).not.toContain(command.reason);
      for (const { name, kind, simulated } of lab.manifest.settings ?? [])
        if (kind !== 'ID' && simulated !== undefined)
          expect({ [name]: log.includes(simulated) ? 'in the log' : 'not in the log' }).toEqual({
            [name]: 'not in the log',
          });
    },
  },
];
