import type { AppointmentMode } from '../../domain/appointment-mode';
import { CalendarDate, londonDate, startOfLondonDay } from '../../domain/london-time';
import type { OdsCode } from '../../domain/ods-code';
import type { DiaryClinician, DiarySession, DiarySlot } from './diary-records';

/** The slot types of every simulated practice; the first is the one released to the network. */
export const SLOT_TYPES = ['111 urgent', 'Routine', 'Telephone triage', 'Online consultation'] as const;

/**
 * The book as it stands before anybody books: a pure function of practice and day, so that thousands of practices
 * cost nothing until they are asked.
 */
export interface DiaryPlan {
  /** Slots wholly inside the range, by session and start. */
  slotsBetween(practice: OdsCode, from: Date, to: Date): DiarySlot[];
  slot(practice: OdsCode, id: number): DiarySlot | undefined;
  /** Tells whether the practice's desk had filled the slot already. */
  takenFromTheStart(slot: DiarySlot): boolean;
}

const MINUTE = 60_000;
/** Time from one slot's start to the next; a telephone slot leaves half of it to the clinician. */
const PITCH_MINUTES = 10;
const LENGTH_MINUTES = { IN_PERSON: 10, VIDEO: 10, TELEPHONE: 5 } as const satisfies Record<
  AppointmentMode,
  number
>;
const DAY = 86_400_000;
const IDS_A_DAY = 1000;
const IDS_A_SESSION = 500;

const CLINICIANS: readonly Omit<DiaryClinician, 'id'>[] = [
  {
    familyName: 'Llwyd',
    givenName: 'Siân',
    gender: 'female',
    role: { code: 'R0260', name: 'General Medical Practitioner' },
  },
  {
    familyName: 'Okafor',
    givenName: 'Chidi',
    gender: 'male',
    role: { code: 'R0260', name: 'General Medical Practitioner' },
  },
  {
    familyName: 'O’Hara',
    givenName: 'Zoë',
    gender: 'female',
    role: { code: 'R0620', name: 'Nurse Consultant' },
  },
  {
    familyName: 'Begum',
    givenName: 'Nasreen',
    gender: 'female',
    role: { code: 'R0260', name: 'General Medical Practitioner' },
  },
  {
    familyName: 'Kowalski',
    givenName: 'Piotr',
    gender: 'male',
    role: { code: 'R0600', name: 'Specialist Nurse Practitioner' },
  },
];

export function seedDiary(): DiaryPlan {
  const dayStarts = new Map<number, number>();

  function dayStart(day: number): number {
    const known = dayStarts.get(day);
    if (known !== undefined) return known;
    const start = startOfLondonDay(
      CalendarDate.parse(new Date(day * DAY).toISOString().slice(0, 10)),
    ).getTime();
    dayStarts.set(day, start);
    return start;
  }

  const slotAt = (session: DiarySession, dayId: number, number: number): DiarySlot => {
    const startsAt = session.startsAt.getTime() + number * PITCH_MINUTES * MINUTE;
    const id = dayId + number;
    const kind = kindOf(id % IDS_A_DAY < IDS_A_SESSION, scatter(seedOf(session.practice), id));
    const endsAt = new Date(startsAt + LENGTH_MINUTES[kind.mode] * MINUTE);
    return { id, session, startsAt: new Date(startsAt), endsAt, ...kind };
  };

  const sessionsOf = (practice: OdsCode, day: number): [DiarySession, DiarySession] => {
    const times = { startsAt: new Date(dayStart(day)), endsAt: new Date(dayStart(day + 1)) };
    const seed = seedOf(practice);
    const location = { id: 1, name: 'Main surgery' };
    return [
      {
        ...times,
        practice,
        location,
        id: day * 10 + 1,
        name: '111 clinic',
        clinician: seed % 10 === 0 ? null : clinician(scatter(seed, day)),
        networkRelease: { organisationType: seed % 4 === 0 ? null : 'urgent-care', organisations: null },
      },
      {
        ...times,
        practice,
        location,
        id: day * 10 + 2,
        name: 'General clinic',
        clinician: clinician(scatter(seed, day + 1)),
        networkRelease: null,
      },
    ];
  };

  return {
    slotsBetween(practice, from, to) {
      const slots: DiarySlot[] = [];
      for (let day = dayOf(from); day <= dayOf(to); day++) {
        sessionsOf(practice, day).forEach((session, place) => {
          const [first, end] = numbersStarting(session, from, to);
          for (let number = first; number < end; number++) {
            const slot = slotAt(session, day * IDS_A_DAY + place * IDS_A_SESSION, number);
            if (slot.endsAt <= to) slots.push(slot);
          }
        });
      }
      return slots;
    },
    slot(practice, id) {
      const day = Math.floor(id / IDS_A_DAY);
      const place = id % IDS_A_DAY < IDS_A_SESSION ? 0 : 1;
      if (!Number.isSafeInteger(id) || day < 0 || day > 50_000) return undefined;
      const session = sessionsOf(practice, day)[place];
      const slot = slotAt(session, day * IDS_A_DAY + place * IDS_A_SESSION, id % IDS_A_SESSION);
      return slot.endsAt <= session.endsAt ? slot : undefined;
    },
    takenFromTheStart(slot) {
      const seed = seedOf(slot.session.practice);
      return scatter(seed, slot.id + 7) % 100 >= freePercentage(seed, Math.floor(slot.id / IDS_A_DAY));
    },
  };
}

/** About one practice in eight has a full book on a given day; the others keep a tenth to a third free. */
function freePercentage(seed: number, day: number): number {
  return scatter(seed, day) % 8 === 0 ? 0 : 12 + (seed % 21);
}

function kindOf(released: boolean, dice: number): { slotType: string; mode: AppointmentMode } {
  if (released) return { slotType: '111 urgent', mode: dice % 4 === 0 ? 'TELEPHONE' : 'IN_PERSON' };
  if (dice % 12 === 0) return { slotType: 'Online consultation', mode: 'VIDEO' };
  return dice % 3 === 0
    ? { slotType: 'Telephone triage', mode: 'TELEPHONE' }
    : { slotType: 'Routine', mode: 'IN_PERSON' };
}

function clinician(dice: number): DiaryClinician | null {
  const number = dice % CLINICIANS.length;
  const chosen = CLINICIANS[number];
  return chosen ? { id: number + 1, ...chosen } : null;
}

/** First number and end of the slots that start in the range. */
function numbersStarting(session: DiarySession, from: Date, to: Date): [number, number] {
  const start = session.startsAt.getTime();
  const pitch = PITCH_MINUTES * MINUTE;
  const latest = Math.min(to.getTime(), session.endsAt.getTime());
  return [Math.max(0, Math.ceil((from.getTime() - start) / pitch)), Math.ceil((latest - start) / pitch)];
}

/** Days since 1970 of the London calendar day. */
function dayOf(instant: Date): number {
  return Date.parse(londonDate(instant)) / DAY;
}

/** FNV-1a: the same practice has the same book in every process. */
function seedOf(practice: OdsCode): number {
  let hash = 2_166_136_261;
  for (const letter of practice) hash = Math.imul(hash ^ letter.charCodeAt(0), 16_777_619);
  return hash >>> 0;
}

function scatter(seed: number, number: number): number {
  let mixed = Math.imul(seed ^ number, 2_654_435_761);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 2_246_822_519);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
