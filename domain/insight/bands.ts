/** Bands of facts: too wide to find a person by. Written with "to", because spreadsheets make dates of "5-15". */

interface Band {
  below: number;
  band: string;
}

/** In days, with the edges that content treats apart. */
const AGES: readonly Band[] = [
  { below: 1_827, band: '0 to 4' },
  { below: 5_844, band: '5 to 15' },
  { below: 14_610, band: '16 to 39' },
  { below: 23_741, band: '40 to 64' },
];
const OLDEST = '65 and over';
export const AGE_BANDS: readonly string[] = [...AGES.map(({ band }) => band), OLDEST];

export function ageBand(ageInDays: number): string {
  return bandOf(AGES, ageInDays) ?? OLDEST;
}

const DAYS_IN_A_MONTH = 365.25 / 12;

/** The same where only completed months are known. The edges are birthdays, so that both agree. */
export function ageBandOfMonths(ageInMonths: number): string {
  return ageBand((ageInMonths + 0.5) * DAYS_IN_A_MONTH);
}

const MILES: readonly Band[] = [
  { below: 1, band: 'Under 1 mile' },
  { below: 2, band: '1 to 2 miles' },
  { below: 5, band: '2 to 5 miles' },
  { below: Infinity, band: '5 to 10 miles' },
];
export const NOT_KNOWN = 'Not known';
export const DISTANCE_BANDS: readonly string[] = [...MILES.map(({ band }) => band), NOT_KNOWN];

export function distanceBand(miles: number | null): string {
  return (miles === null ? undefined : bandOf(MILES, miles)) ?? NOT_KNOWN;
}

/** Times between booking and appointment in the words of NHS England's appointments in general practice (GPAD), by days. */
const DAYS: readonly Band[] = [
  { below: 1, band: 'Same Day' },
  { below: 2, band: '1 Day' },
  { below: 8, band: '2 to 7 Days' },
  { below: 15, band: '8 to 14 Days' },
  { below: 22, band: '15 to 21 Days' },
  { below: 29, band: '22 to 28 Days' },
  { below: Infinity, band: 'More than 28 Days' },
];
export const LEAD_BANDS: readonly string[] = DAYS.map(({ band }) => band);

/** Minutes at which the steps of the waiting time end; times on one day are told apart more finely than others. */
const STEPS = [
  30, 60, 90, 120, 180, 240, 360, 480, 720, 1_440, 2_160, 2_880, 4_320, 5_760, 7_200, 8_640, 10_080, 14_400,
  20_160, 30_240, 40_320,
] as const;
const LONGEST_STEP = 'over 40320';

/** A step of the waiting time within its band, `Same Day|60`: the band is told from it, and medians are. */
export function leadStep(minutes: number, days: number): string {
  const band = bandOf(DAYS, Math.max(days, 0)) ?? '';
  return `${band}|${STEPS.find((step) => minutes <= step) ?? LONGEST_STEP}`;
}

export function leadBandOf(step: string): string {
  return step.split('|')[0] ?? '';
}

/** Middle of the step, in minutes. */
export function leadMinutesOf(step: string): number {
  const end = Number(step.split('|')[1]);
  if (!Number.isFinite(end)) return 50_000;
  const at = STEPS.findIndex((each) => each === end);
  return (end + (STEPS[at - 1] ?? 0)) / 2;
}

function bandOf(bands: readonly Band[], value: number): string | undefined {
  return bands.find(({ below }) => value < below)?.band;
}
