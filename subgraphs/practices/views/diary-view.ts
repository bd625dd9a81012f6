import type { FieldFaults } from '../../../domain/messages/field-problem-codes';
import type { FreeTimes } from '../../../domain/practice-books';
import { create } from '../../../platform/graphql/create';
import type { PracticeDiary as Diary } from '../release/practice-diary';
import { DiaryTime, PracticeDiary } from '../types/practice-diary';

const ANSWERS: Readonly<Record<FreeTimes['kind'], string>> = {
  seen: 'READ',
  'no-way-in': 'NO_CONNECTION',
  'not-answered': 'NOT_ANSWERED',
};

export function practiceDiary(
  day: string,
  { book, reached, slotTypes, dailyQuota, times }: Diary,
): PracticeDiary {
  return create(PracticeDiary, {
    day,
    answer: ANSWERS[book],
    ownPatientsReached: reached.includes('OWN'),
    otherPatientsReached: reached.includes('OTHER'),
    slotTypes,
    dailyQuota,
    times: times.map((time) => create(DiaryTime, time)),
  });
}

/** Faults of rules as a part of another input: `input.modes` is `input.rules.modes`. */
export function withinRules(faults: FieldFaults): FieldFaults {
  const within = (path: string) => path.replace(/^input\./, 'input.rules.');
  return Object.fromEntries(Object.entries(faults).map(([path, fault]) => [within(path), fault]));
}
