import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { dayOf, timeOf } from '../../kit/texts';
import type { BookingDay, Diary, DiaryTime } from '../answers';
import { addDays, londonDay, noonOf } from '../london';
import {
  forStaff,
  showNoPractice,
  showRefusal,
  takeNotice,
  type PracticeSite,
  type StaffVisit,
} from '../staff';
import { bookingWords, modeWords, reasonWords, statusWords } from '../texts';

/** Further ahead no book is read; rules release at most as much. */
const MAX_AHEAD_DAYS = 56;
const WEEK_DAYS = 7;

const Query = z.object({ day: z.iso.date().optional().catch(undefined) });

export function registerDiaryPage(app: FastifyInstance, site: PracticeSite): void {
  app.get(
    '/practice',
    forStaff(site, (visit) => showDiary(site, visit)),
  );
}

async function showDiary(site: PracticeSite, visit: StaffVisit) {
  const { request, reply, caller } = visit;
  const today = londonDay(site.now());
  const last = addDays(today, MAX_AHEAD_DAYS);
  const wanted = Query.parse(request.query).day ?? today;
  const day = wanted < today || wanted > last ? today : wanted;
  const [found, week] = await Promise.all([
    site.practice.diary(caller, { day }),
    site.practice.days(caller, { from: today, first: WEEK_DAYS }),
  ]);
  if (found === null) return showNoPractice(site, reply);
  const { book, bookingDay, diary } = found;
  if (!diary.ok) return showRefusal(site, reply, diary.problem);
  const { status } = book.release;
  if (status === 'NOT_OPTED_IN')
    return site.render(reply, 'practice/not-opted-in', {
      title: 'Your practice has not opened its book',
      practice: book,
      notice: takeNotice(request),
    });
  const step = (days: number) => linkTo(addDays(day, days), today);
  return site.render(reply, 'practice/diary', {
    title: `${day === today ? 'Today' : dayOf(noonOf(day))}: your diary`,
    section: 'diary',
    practice: book,
    day: noonOf(day),
    statusText: statusWords(book.release),
    isOpen: status === 'OPEN',
    isClosedToAll: status === 'CLOSED' && book.release.closedTo !== 'OTHER_PATIENTS',
    notice: takeNotice(request),
    quota: quotaText(bookingDay),
    booked: bookedRows(bookingDay),
    free: freeRows(diary.value),
    counts: counts(diary.value),
    answer: diary.value.answer,
    reached: reachedText(diary.value),
    week: week.map((booked) => weekRow(linkTo(booked.day, today), booked)),
    earlier: day > today ? step(-1) : undefined,
    later: day < last ? step(1) : undefined,
  });
}

function linkTo(day: string, today: string): { href: string; labelText: string } {
  const href = day === today ? '/practice' : `/practice?day=${day}`;
  return { href, labelText: dayOf(noonOf(day)) };
}

function weekRow(
  { href, labelText }: ReturnType<typeof linkTo>,
  { bookings, quotaUsed, dailyQuota }: BookingDay,
) {
  const standing = bookings.filter(({ status }) => !/^(CANCELLED|FAILED)/.test(status));
  return [
    { header: 'Day', html: `<a href="${href}">${labelText}</a>` },
    { header: 'Booked', text: String(standing.length) },
    {
      header: 'Taken by others',
      text: dailyQuota === null ? `${quotaUsed}` : `${quotaUsed} of ${dailyQuota}`,
    },
  ];
}

function quotaText({ quotaUsed, dailyQuota }: BookingDay): string {
  return dailyQuota === null
    ? `Other practices’ patients have taken ${quotaUsed}. You have set no limit a day.`
    : `Other practices’ patients have taken ${quotaUsed} of the ${dailyQuota} that you let them take that day.`;
}

function bookedRows({ bookings }: BookingDay) {
  return bookings.map(({ startsAt, mode, ownPatient, reference, status }) => [
    { header: 'Time', text: timeOf(startsAt) },
    { header: 'Way of being seen', text: modeWords(mode) },
    { header: 'Patient', text: ownPatient ? 'Your own' : 'Another practice’s' },
    { header: 'Reference', text: reference },
    { header: 'State', text: bookingWords(status) },
  ]);
}

function freeRows({ times }: Diary) {
  return times.map((time) => [
    { header: 'Time', text: timeOf(time.startsAt) },
    { header: 'Slot', text: `${time.slotType}, ${modeWords(time.mode)}` },
    { header: 'With', text: time.clinicianName ?? 'Not named' },
    { header: 'Other practices’ patients', text: offerText(time, time.stoppedForOthers) },
    { header: 'Your patients', text: offerText(time, time.stoppedForOwn) },
  ]);
}

function offerText({ isKept }: DiaryTime, stoppedBy: readonly string[]): string {
  if (stoppedBy.length > 0) return `Not offered: ${reasonWords(stoppedBy)}`;
  return isKept ? 'Not offered now: a patient is booking it' : 'Offered';
}

function counts({ times }: Diary) {
  const offered = (of: (time: DiaryTime) => readonly string[]) =>
    times.filter((time) => of(time).length === 0 && !time.isKept).length;
  return {
    all: times.length,
    others: offered(({ stoppedForOthers }) => stoppedForOthers),
    own: offered(({ stoppedForOwn }) => stoppedForOwn),
  };
}

/** Null where both reach the book, which is the usual. */
function reachedText({ ownPatientsReached: own, otherPatientsReached: others }: Diary): string | null {
  if (own && others) return null;
  if (own)
    return 'Only your own patients reach your system: other practices’ patients have no connection to it.';
  return others
    ? 'Only other practices’ patients reach your system.'
    : 'Nobody reaches your system: it is not connected to this service.';
}
