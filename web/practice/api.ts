import { z } from 'zod';
import type { Caller, Send } from '../kit/api';
import { resultOf, type Result } from '../kit/results';
import {
  Days,
  Diary,
  DiaryDay,
  Disposition,
  Elsewhere,
  History,
  PracticeBook,
  Problem,
  Release,
  type BookingDay,
} from './answers';

export type PracticeApi = ReturnType<typeof practiceApi>;

/** A need for which a diary is judged. */
export interface Need {
  dispositionId: string;
  ageInMonths: number;
}

export interface DiaryFound {
  book: PracticeBook;
  bookingDay: BookingDay;
  diary: Result<Diary, Problem>;
}

const Changed = z.object({ release: Release });

function read<T>(member: unknown, typeName: string, value: z.ZodType<T>): Result<T, Problem> {
  return resultOf(member, { typeName, value }, Problem);
}

/** The published operations that practice staff need, with their answers read. Null: no practice is known for them. */
export function practiceApi(send: Send) {
  return {
    async book(caller: Caller): Promise<PracticeBook | null> {
      const data = z.object({ myPractice: PracticeBook.nullable() });
      return (await send('PracticeRelease', { caller, variables: {} }, data)).myPractice;
    },
    async diary(
      caller: Caller,
      input: { day?: string; need?: Need; rules?: object },
    ): Promise<DiaryFound | null> {
      const data = z.object({ myPractice: DiaryDay.nullable() });
      const variables = { input, ...(input.day !== undefined && { day: input.day }) };
      const { myPractice } = await send('PracticeDiary', { caller, variables }, data);
      if (myPractice === null) return null;
      const { diary, bookingDay, ...book } = myPractice;
      return { book, bookingDay, diary: read(diary, 'PracticeDiary', Diary) };
    },
    /** Bookings of days one after the other. */
    async days(caller: Caller, variables: { from: string; first: number }): Promise<BookingDay[]> {
      const data = z.object({ myPractice: Days.nullable() });
      const { myPractice } = await send('PracticeDays', { caller, variables }, data);
      return myPractice?.bookingDays ?? [];
    },
    async history(caller: Caller, first: number) {
      const data = z.object({ myPractice: History.nullable() });
      return (await send('PracticeReleaseHistory', { caller, variables: { first } }, data)).myPractice;
    },
    async elsewhere(caller: Caller, first: number) {
      const data = z.object({ myPractice: Elsewhere.nullable() });
      return (await send('OwnPatientsElsewhere', { caller, variables: { first } }, data)).myPractice;
    },
    /** Outcomes of symptom checks for which a practice may be booked, most urgent first. */
    async dispositions(caller: Caller): Promise<Disposition[]> {
      const data = z.object({ dispositions: z.array(Disposition) });
      const { dispositions } = await send('Dispositions', { caller, variables: {} }, data);
      return dispositions.filter(({ bookable }) => bookable !== 'NONE');
    },
    async setRules(caller: Caller, input: object) {
      const data = z.object({ setReleasePolicy: z.unknown() });
      const { setReleasePolicy } = await send('SetReleasePolicy', { caller, variables: { input } }, data);
      return read(setReleasePolicy, 'Practice', Changed);
    },
    async closeBook(
      caller: Caller,
      input: {
        odsCode: string;
        to: string;
        reason: string;
        from?: string;
        until?: string;
        acceptedBookings?: number;
      },
    ) {
      const data = z.object({ closeBook: z.unknown() });
      const { closeBook } = await send('CloseBook', { caller, variables: { input } }, data);
      return read(closeBook, 'Practice', Changed);
    },
    async reopenBook(caller: Caller, input: { odsCode: string; closureId?: string }) {
      const data = z.object({ reopenBook: z.unknown() });
      const { reopenBook } = await send('ReopenBook', { caller, variables: { input } }, data);
      return read(reopenBook, 'Practice', Changed);
    },
  };
}
