/** Bands by age in days for statistics: too wide to find a person by, with the edges that content treats apart. */
const BANDS: readonly { below: number; band: string }[] = [
  { below: 1_827, band: '0-4' },
  { below: 5_844, band: '5-15' },
  { below: 14_610, band: '16-39' },
  { below: 23_741, band: '40-64' },
];

export const OLDEST_BAND = '65+';

export function ageBandOf(ageInDays: number): string {
  return BANDS.find(({ below }) => ageInDays < below)?.band ?? OLDEST_BAND;
}
