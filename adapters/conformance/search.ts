import type { OdsCode } from '../../domain/ods-code';
import { Manifest, SupplierError } from '../gp-system';
import {
  ACTOR,
  callWithin,
  freeSlot,
  hoursAfter,
  type Laboratory,
  newPatient,
  newPractice,
  NOON,
  search,
} from './laboratory';

export function describeSearch(inLab: () => Laboratory): void {
  describe('search', () => {
    afterEach(() => {
      inLab().clock.now = NOON;
    });

    it('has a manifest that is valid', () => {
      expect(Manifest.parse(inLab().system.manifest)).toEqual(inLab().system.manifest);
    });

    it('finds every released slot wholly inside the range, once', async () => {
      const lab = inLab();
      const practice = newPractice();
      const [from, to] = [new Date('2026-07-02T08:05:00Z'), new Date('2026-07-02T12:15:00Z')];
      lab.simulators.diary.deskFrees(practice, from, to);
      const slots = await search(lab, newPatient(lab, practice), practice, from, to);
      expect(slots.length).toBeGreaterThan(20);
      expect(timesOf(slots)).toEqual(truth(lab, practice, from, to));
      expect(new Set(slots.map(({ id }) => id)).size).toBe(slots.length);
      expect(slots.every(({ startsAt, endsAt }) => startsAt >= from && endsAt <= to)).toBe(true);
      expect(slots.every((slot) => slot.practice === practice && slot.supplierData.length <= 500)).toBe(true);
    });

    it('names slot types and modes as the practice does', async () => {
      const lab = inLab();
      const practice = newPractice();
      const [from, to] = [hoursAfter(NOON, 1), hoursAfter(NOON, 20)];
      const found = await search(lab, newPatient(lab, practice), practice, from, to);
      const byStart = (slot: { startsAt: Date; slotType: string; mode: string }) =>
        `${slot.startsAt.toISOString()} ${slot.slotType} ${slot.mode}`;
      expect(found.map(byStart).sort()).toEqual(free(lab, practice, from, to).map(byStart).sort());
    });

    it('finds nothing, without an error, where the book is full', async () => {
      const lab = inLab();
      const practice = newPractice();
      const [from, to] = [hoursAfter(NOON, 1), hoursAfter(NOON, 9)];
      lab.simulators.diary.deskTakes(practice, from, to);
      expect(await search(lab, newPatient(lab, practice), practice, from, to)).toEqual([]);
    });

    it('covers a range of many days without holes', async () => {
      const lab = inLab();
      const practice = newPractice();
      const [from, to] = [hoursAfter(NOON, 1), hoursAfter(NOON, 24 * 16)];
      const found = await search(lab, newPatient(lab, practice), practice, from, to);
      expect(timesOf(found)).toEqual(truth(lab, practice, from, to));
    });

    it('reads winter times', async () => {
      const lab = inLab();
      const practice = newPractice();
      lab.clock.now = new Date('2026-12-01T09:00:00Z');
      const [from, to] = [new Date('2026-12-02T09:00:00Z'), new Date('2026-12-02T13:00:00Z')];
      lab.simulators.diary.deskFrees(practice, from, to);
      const found = await search(lab, newPatient(lab, practice), practice, from, to);
      expect(found.length).toBeGreaterThan(20);
      expect(timesOf(found)).toEqual(truth(lab, practice, from, to));
    });

    it('reads the night in which an hour is missing', async () => {
      const lab = inLab();
      const practice = newPractice();
      lab.clock.now = new Date('2026-03-28T12:00:00Z');
      const [from, to] = [new Date('2026-03-28T23:00:00Z'), new Date('2026-03-29T04:00:00Z')];
      lab.simulators.diary.deskFrees(practice, from, to);
      const found = await search(lab, newPatient(lab, practice), practice, from, to);
      expect(found.length).toBeGreaterThan(20);
      expect(timesOf(found)).toEqual(truth(lab, practice, from, to));
    });

    it('offers no wrong time in the night in which an hour is repeated', async () => {
      const lab = inLab();
      const practice = newPractice();
      lab.clock.now = new Date('2026-10-24T12:00:00Z');
      const [from, to] = [new Date('2026-10-24T22:00:00Z'), new Date('2026-10-25T05:00:00Z')];
      lab.simulators.diary.deskFrees(practice, from, to);
      const found = timesOf(await search(lab, newPatient(lab, practice), practice, from, to));
      const all = truth(lab, practice, from, to);
      const touchesRepeatedHour = (time: string) =>
        time >= '2026-10-24T23:50:00.000Z' && time < '2026-10-25T02:00:00.000Z';
      expect(all.filter((time) => !touchesRepeatedHour(time))).toEqual(
        found.filter((time) => !touchesRepeatedHour(time)),
      );
      expect(found.filter((time) => !all.includes(time))).toEqual([]);
      expect(new Set(found.slice(0, 24)).size).toBeGreaterThan(5);
    });

    it('does not wait for more than the deadline', async () => {
      const lab = inLab();
      const practice = newPractice();
      const patient = newPatient(lab, practice);
      await freeSlot(lab, patient, practice);
      lab.simulators.faults.add({ supplier: lab.system.manifest.id, practice, fault: { kind: 'slow-drip' } });
      const startedAt = performance.now();
      const found = search(lab, patient, practice, NOON, hoursAfter(NOON, 6), callWithin(300));
      await expect(found).rejects.toMatchObject({ fault: 'TIMED_OUT', supplier: lab.system.manifest.id });
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      lab.simulators.faults.clear();
    });

    it('sends nothing for a call that has been given up', async () => {
      const lab = inLab();
      const practice = newPractice();
      const call = { ...callWithin(1_000), signal: AbortSignal.abort() };
      const found = search(lab, newPatient(lab, practice), practice, NOON, hoursAfter(NOON, 6), call);
      await expect(found).rejects.toMatchObject({ fault: 'TIMED_OUT', mayHaveBeenSent: false });
    });

    it('serves people without credentials at the practice only where it needs none', async () => {
      const lab = inLab();
      const practice = newPractice();
      const { linkage, ...stranger } = newPatient(lab, practice);
      expect(linkage).toBeDefined();
      const found = search(lab, stranger, practice, NOON, hoursAfter(NOON, 6));
      if (lab.system.manifest.route === 'NETWORK') expect(await found).toBeInstanceOf(Array);
      else await expect(found).rejects.toMatchObject({ fault: 'NOT_AUTHENTICATED', mayHaveBeenSent: false });
    });

    it('renews a session that has expired', async () => {
      const lab = inLab();
      const practice = newPractice();
      const patient = newPatient(lab, practice);
      const first = await freeSlot(lab, patient, practice);
      for (let expiry = 1; expiry <= 2; expiry++) {
        lab.simulators.expireSessions();
        expect((await freeSlot(lab, patient, practice)).id).toBe(first.id);
      }
    });

    it('says whether its supplier answers', async () => {
      const lab = inLab();
      const { id } = lab.system.manifest;
      expect(await lab.system.health(callWithin(1_000))).toEqual({ status: 'UP' });
      await lab.simulators.down(id);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await lab.system.health(callWithin(1_000))).toEqual({ status: 'DOWN' });
      await lab.simulators.up(id);
      expect(await lab.system.health(callWithin(1_000))).toEqual({ status: 'UP' });
    });

    it('throws one kind of error only', async () => {
      const lab = inLab();
      const practice = newPractice();
      const patient = newPatient(lab, practice);
      lab.simulators.faults.add({ supplier: lab.system.manifest.id, practice, fault: { kind: 'html-200' } });
      await expect(search(lab, patient, practice, NOON, hoursAfter(NOON, 6))).rejects.toBeInstanceOf(
        SupplierError,
      );
      const probe = { practice, patient, actor: ACTOR, slot: { practice, startsAt: NOON } };
      const slot = {
        ...probe.slot,
        id: '1',
        endsAt: NOON,
        mode: 'IN_PERSON',
        slotType: '',
        supplierData: '',
      } as const;
      const readBack = lab.system.readBack({ ...probe, slot, marker: 'none' }, callWithin(1_000));
      await expect(readBack).rejects.toBeInstanceOf(SupplierError);
      lab.simulators.faults.clear();
    });
  });
}

function free({ simulators, system }: Laboratory, practice: OdsCode, from: Date, to: Date) {
  const { route } = system.manifest;
  const audience = { route, organisationType: 'urgent-care', organisation: 'X26' };
  return simulators.diary.freeSlots(practice, from, to, audience);
}

function truth(lab: Laboratory, practice: OdsCode, from: Date, to: Date): string[] {
  return timesOf(free(lab, practice, from, to));
}

function timesOf(slots: readonly { startsAt: Date }[]): string[] {
  return slots.map(({ startsAt }) => startsAt.toISOString()).sort();
}
