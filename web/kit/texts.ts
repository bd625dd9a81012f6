/** Words and forms that all pages share. Times are those of London. */
const part = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', ...options });
const DAY = part({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const CLOCK = part({ hour: 'numeric', minute: '2-digit', hourCycle: 'h23' });

/** For example "Monday 3 March 2026". */
export function dayOf(instant: string | Date): string {
  return DAY.format(new Date(instant)).replace(',', '');
}

/** For example "9:30am", "2pm", "midday", "midnight". */
export function timeOf(instant: string | Date): string {
  const [hours = 0, minutes = 0] = CLOCK.format(new Date(instant)).split(':').map(Number);
  if (minutes === 0 && hours === 0) return 'midnight';
  if (minutes === 0 && hours === 12) return 'midday';
  const past = minutes === 0 ? '' : `:${String(minutes).padStart(2, '0')}`;
  return `${hours % 12 === 0 ? 12 : hours % 12}${past}${hours < 12 ? 'am' : 'pm'}`;
}

export function untilText(instant: string | Date): string {
  return `${timeOf(instant)} on ${dayOf(instant)}`;
}

/** Digits in groups, as they are read out: "01632 960 123". */
export function groupedPhone(phone: string): string {
  const digits = phone.replaceAll(/\s/g, '');
  if (!/^0\d{10}$/.test(digits)) return phone;
  return digits.startsWith('02')
    ? `${digits.slice(0, 3)} ${digits.slice(3, 7)} ${digits.slice(7)}`
    : `${digits.slice(0, 5)} ${digits.slice(5, 8)} ${digits.slice(8)}`;
}

/** For example "1 hour", "12 hours". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
