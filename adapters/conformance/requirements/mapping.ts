import { expect } from 'expect';
import type { OdsCode } from '../../../domain/ods-code';
import { SupplierError } from '../../gp-system';
import { leafPaths } from '../../simulator/drift';
import type { SimulatedOperation } from '../../simulator/injected-faults';
import {
  bookCommand,
  callWithin,
  hoursAfter,
  type Laboratory,
  newPatient,
  newPractice,
  NOON,
  outcomeInWords,
  probe,
  readyAndBooked,
  search,
  settle,
  standing,
  switchOn,
} from '../laboratory';
import type { Requirement } from '../requirement';
import { described, expectTruth, free, hasPlainTimes, wordsOf } from './truth';

/** Nights and days on which times go wrong; each is searched as it stands in the book. */
const DAYS: readonly (readonly [id: string, title: string, now: string, from: string, to: string])[] = [
  ['winter', 'a winter day', '2026-12-01T09:00:00Z', '2026-12-02T09:00:00Z', '2026-12-02T13:00:00Z'],
  ['summer', 'a summer day', '2026-07-01T11:00:00Z', '2026-07-02T08:05:00Z', '2026-07-02T12:15:00Z'],
  ['midnight', 'a summer midnight', '2026-07-01T11:00:00Z', '2026-07-01T21:30:00Z', '2026-07-02T01:30:00Z'],
  ['leap-day', '29 February', '2028-02-28T09:00:00Z', '2028-02-28T22:00:00Z', '2028-03-01T02:00:00Z'],
  [
    'missing-hour',
    'the night in which an hour is missing',
    '2026-03-28T12:00:00Z',
    '2026-03-28T23:00:00Z',
    '2026-03-29T04:00:00Z',
  ],
  [
    'day-after-change',
    'the day after the clocks change, asked for before',
    '2026-10-24T12:00:00Z',
    '2026-10-26T08:00:00Z',
    '2026-10-26T12:00:00Z',
  ],
];

const SEARCHED = { from: NOON, to: hoursAfter(NOON, 6) };

export const mappingRequirements: readonly Requirement[] = [
  ...DAYS.map(([id, title, now, ...range]): Requirement => ({
    level: 'L1',
    id: `times.${id}`,
    title: `reads the times of ${title}`,
    async run(lab) {
      lab.clock.now = new Date(now);
      const [from, to] = [new Date(range[0]), new Date(range[1])];
      // Neighbours, since practices behind one supplier may write the same instant differently.
      for (const practice of [newPractice(lab), newPractice(lab)]) {
        lab.simulators.diary.deskFrees(practice, from, to);
        const found = await search(lab, { patient: newPatient(lab, practice), practice, from, to });
        expect(found.length).toBeGreaterThan(20);
        expectTruth(lab, found, { practice, from, to });
      }
    },
  })),
  {
    level: 'L1',
    id: 'times.repeated-hour',
    title: 'offers no wrong time in the night in which an hour is repeated',
    async run(lab) {
      lab.clock.now = new Date('2026-10-24T12:00:00Z');
      const [from, to] = [new Date('2026-10-24T22:00:00Z'), new Date('2026-10-25T05:00:00Z')];
      const practice = newPractice(lab);
      lab.simulators.diary.deskFrees(practice, from, to);
      const found = await search(lab, { patient: newPatient(lab, practice), practice, from, to });
      expectTruth(lab, found, { practice, from, to }, hasPlainTimes);
      expect(described(found).filter(hasPlainTimes).length).toBeGreaterThan(20);
    },
  },
  {
    level: 'L1',
    id: 'names.any',
    title: 'serves people of any name, and passes on their words as the manifest says',
    async run(lab) {
      const practice = newPractice(lab);
      const names = { familyName: 'Ó Súilleabháin-Łęcka', givenName: 'Siân "Zoë" <Ẁyn> & D’Arcy' };
      const patient = newPatient(lab, practice, names);
      const [from, to] = [hoursAfter(NOON, 2), hoursAfter(NOON, 3)];
      lab.simulators.diary.deskFrees(practice, from, to);
      const slot = (await search(lab, { patient, practice, from, to })).find(
        (one) => one.slotType === '111 urgent',
      );
      if (!slot) throw new Error('No slot of type "111 urgent" is found, though the desk has made room.');
      const reason = 'A <rash> & "fever": sécheresse, 発疹';
      expect(
        await lab.system.book({ ...bookCommand(lab, slot, patient), reason }, callWithin(lab)),
      ).toMatchObject({
        class: 'ACCEPTED',
      });
      const [appointment] = standing(lab, patient);
      const keepsReason = lab.manifest.capabilities.reasonMaxLength > 0;
      expect({ wordsInDiary: appointment && wordsOf(appointment) }).toEqual({
        wordsInDiary: keepsReason ? expect.stringContaining(reason) : expect.not.stringContaining(reason),
      });
    },
  },
  {
    level: 'L1',
    id: 'drift.unknown-fields',
    title: 'ignores fields that it does not know',
    async run(lab) {
      const { practice, patient, slot, command } = await readyAndBooked(lab);
      const added = { kind: 'drift', change: 'field-added', at: '' } as const;
      const before = await search(lab, { patient, practice, ...SEARCHED });
      const read = await readBackIfAny(lab, slot, patient, command.marker);
      switchOn(lab, added, { practice });
      expect(await search(lab, { patient, practice, ...SEARCHED })).toEqual(before);
      expect(await readBackIfAny(lab, slot, patient, command.marker)).toEqual(read);
    },
  },
  {
    level: 'L1',
    id: 'drift.search',
    title:
      'returns a typed fault with the path, or a correct result, for a search reply with missing or mistyped fields',
    async run(lab) {
      const practice = newPractice(lab);
      const patient = newPatient(lab, practice);
      lab.simulators.diary.deskFrees(practice, SEARCHED.from, SEARCHED.to);
      await search(lab, { patient, practice, ...SEARCHED });
      await underDrift(lab, { practice, operation: 'SEARCH' }, patient.nhsNumber, async (change) => {
        // In XML all is text, and free text has no wrong type: what is read from it may differ.
        const isFreeText = lab.manifest.transport === 'xml' && change === 'field-mistyped';
        const compared = (slots: Parameters<typeof described>[0]) =>
          described(isFreeText ? slots.map((slot) => ({ ...slot, mode: 'IN_PERSON', slotType: '' })) : slots);
        const slots = free(lab, { practice, ...SEARCHED });
        // A session's name stands in for a type that is missing.
        const untyped = slots.map((slot) => ({ ...slot, slotType: slot.session.name }));
        const real = compared([...slots, ...untyped]);
        const found = compared(await search(lab, { patient, practice, ...SEARCHED }));
        expect(found.filter((slot) => !real.includes(slot))).toEqual([]);
      });
    },
  },
  {
    level: 'L1',
    id: 'drift.read-back',
    title: 'never takes a read-back reply with missing or mistyped fields for absence',
    notFor: ({ capabilities }) => (capabilities.readBack === 'none' ? 'nothing can be read back' : null),
    async run(lab) {
      const { practice, patient, slot, command } = await readyAndBooked(lab);
      await lab.system.readBack(probe(slot, patient, command.marker), callWithin(lab));
      await underDrift(lab, { practice, operation: 'READ' }, patient.nhsNumber, async () => {
        const seen = await lab.system.readBack(probe(slot, patient, command.marker), callWithin(lab));
        expect(seen).toMatchObject([{ slotId: slot.id, startsAt: slot.startsAt, status: 'BOOKED' }]);
      });
    },
  },
  {
    level: 'L1',
    id: 'drift.book',
    title: 'treats a booking reply with missing or mistyped fields as accepted or unknown, never as refused',
    async run(lab) {
      const { practice, slot } = await readyAndBooked(lab);
      const wrong: string[] = [];
      for (const { at, operation, change } of driftsOf(lab, ['BOOK', 'POLL'])) {
        for (const { id } of standing(lab, { practice }))
          lab.simulators.diary.cancel(practice, id, 'the desk');
        const patient = newPatient(lab, practice);
        switchOn(lab, { kind: 'drift', change, at }, { practice, operation, times: 1 });
        const outcome = await lab.system.book(bookCommand(lab, slot, patient), callWithin(lab));
        await settle(lab);
        const isRight = outcome.class === 'ACCEPTED' || outcome.class === 'AMBIGUOUS';
        if (!isRight || standing(lab, patient).length !== 1)
          wrong.push(`${change} at ${at} of ${operation}: ${outcomeInWords(outcome)}`);
        lab.simulators.faults.clear();
      }
      expect(wrong).toEqual([]);
    },
  },
];

function readBackIfAny(lab: Laboratory, ...[slot, patient, marker]: Parameters<typeof probe>) {
  return lab.manifest.capabilities.readBack === 'none'
    ? Promise.resolve([])
    : lab.system.readBack(probe(slot, patient, marker), callWithin(lab));
}

function driftsOf(lab: Laboratory, operations: readonly SimulatedOperation[]) {
  return operations.flatMap((operation) =>
    pathsOf(lab, operation).flatMap((at) =>
      (['field-removed', 'field-mistyped'] as const).map((change) => ({ operation, at, change })),
    ),
  );
}

function pathsOf(lab: Laboratory, operation: SimulatedOperation): string[] {
  const replies = lab.wire.flatMap(({ supplier, target, reply }) =>
    supplier === lab.manifest.id && target.operation === operation && reply ? [reply] : [],
  );
  return [...new Set(replies.flatMap(leafPaths))];
}

/**
 * Every field of the replies seen so far, gone and mistyped in turn: the work succeeds with what it checks, or fails as
 * BAD_REPLY with a path in it and no value.
 */
async function underDrift(
  lab: Laboratory,
  { practice, operation }: { practice: OdsCode; operation: SimulatedOperation },
  nhsNumber: string,
  work: (change: 'field-removed' | 'field-mistyped') => Promise<void>,
): Promise<void> {
  const paths = pathsOf(lab, operation);
  let faults = 0;
  for (const at of paths)
    for (const change of ['field-removed', 'field-mistyped'] as const) {
      switchOn(lab, { kind: 'drift', change, at }, { practice, operation });
      try {
        await work(change);
      } catch (error) {
        if (!(error instanceof SupplierError))
          throw new Error(`With ${change} at ${at}: ${String(error)}`, { cause: error });
        expect([at, change, error.fault]).toEqual([at, change, 'BAD_REPLY']);
        expect(error.path).toMatch(/^\$/);
        expect(error.message).not.toContain(nhsNumber);
        expect(error.message).not.toMatch(/[{}"<>]/);
        faults += 1;
      } finally {
        lab.simulators.faults.clear();
      }
    }
  // A schema that lets everything pass checks nothing.
  if (paths.length > 0) expect(faults).toBeGreaterThan(0);
}
