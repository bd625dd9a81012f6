import type { OdsCode } from '../../domain/ods-code';
import type {
  DiaryAppointment,
  DiaryChange,
  DiaryPatient,
  PracticeSettings,
  SlotState,
} from './diary-records';

/** The contents of a practice's book beyond the plan. */
export interface Book {
  /** Holds only the differences from the plan. */
  states: Map<number, SlotState>;
  /** Keyed by NHS number. */
  patients: Map<string, DiaryPatient>;
  appointments: Map<string, DiaryAppointment>;
  settings: PracticeSettings;
}

/** The books of all practices, each opened on first use; `apply` is the only way to change one. */
export interface Books {
  of(practice: OdsCode): Book;
  all(): Book[];
  apply(change: DiaryChange): void;
}

export function diaryBooks(): Books {
  const opened = new Map<OdsCode, Book>();

  function of(practice: OdsCode): Book {
    const known = opened.get(practice);
    if (known) return known;
    const settings = { horizonDays: 28, bookingLimit: null, groupPlaces: 1, overlaps: false };
    const book = { states: new Map(), patients: new Map(), appointments: new Map(), settings };
    opened.set(practice, book);
    return book;
  }

  return {
    of,
    all: () => [...opened.values()],
    apply(change) {
      switch (change.kind) {
        case 'patient':
          of(change.patient.practice).patients.set(change.patient.nhsNumber, change.patient);
          return;
        case 'slot':
          of(change.practice).states.set(change.id, change.state);
          return;
        case 'appointment':
          of(change.appointment.practice).appointments.set(change.appointment.id, change.appointment);
          return;
        case 'settings':
          of(change.practice).settings = change.settings;
          return;
      }
    },
  };
}
