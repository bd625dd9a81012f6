const HOUR = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  hour: 'numeric',
  hourCycle: 'h23',
});

/** Parts of the day in London, as people choose them. */
export const PARTS_OF_DAY = [
  { value: 'any', text: 'Any time' },
  { value: 'morning', text: 'Morning, before midday' },
  { value: 'afternoon', text: 'Afternoon, midday to 5pm' },
  { value: 'evening', text: 'Evening, 5pm or later' },
] as const;
export type PartOfDay = (typeof PARTS_OF_DAY)[number]['value'];

export function isInPart(startsAt: string, part: PartOfDay): boolean {
  const hour = Number(HOUR.format(new Date(startsAt)));
  switch (part) {
    case 'any':
      return true;
    case 'morning':
      return hour < 12;
    case 'afternoon':
      return hour >= 12 && hour < 17;
    case 'evening':
      return hour >= 17;
  }
}
