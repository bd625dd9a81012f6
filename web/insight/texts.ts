import { z } from 'zod';

/** "A, B and C". */
export function joined(words: readonly string[], last: 'and' | 'or' = 'and'): string {
  return words.length < 2
    ? words.join('')
    : `${words.slice(0, -1).join(', ')} ${last} ${words.slice(-1).join('')}`;
}

/** A title inside a sentence: "Symptom checks" is "symptom checks", and "NHS region" stays. */
export function inSentence(title: string): string {
  return /^[A-Z][a-z]/.test(title) && !title.startsWith('Sub-ICB')
    ? title.charAt(0).toLowerCase() + title.slice(1)
    : title;
}

/** The beginning of a sentence. */
export function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const NUMBER = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });
const Numeric = z.string().regex(/^-?\d+([.]\d+)?$/);

/** The number of a cell; null where it is withheld, or there is none. */
export function numberIn(cell: string): number | null {
  return Numeric.safeParse(cell).success ? Number(cell) : null;
}

/** A cell as it is shown: "1,235", "12.5", `*`. */
export function cellWords(cell: string): string {
  const number = numberIn(cell);
  return number === null ? cell : NUMBER.format(number);
}

export function counted(count: number, noun: string): string {
  return `${NUMBER.format(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Groups of the gallery, as an analyst looks for them, by the numbers of the saved questions. */
export const GROUPS: readonly { title: string; numbers: readonly number[] }[] = [
  { title: 'How many people come, who they are, and when', numbers: [3, 2, 16, 17, 18, 19, 20] },
  { title: 'What symptom checks lead to', numbers: [1, 4] },
  { title: 'Where people are booked, how far and how soon', numbers: [5, 6, 7, 15, 13, 14] },
  { title: 'What people do not get, and why', numbers: [9, 10, 11] },
  { title: 'Practices and their systems', numbers: [8, 12] },
];

/** Groups of the form, by the beginning of a measure's name. */
export const MEASURE_GROUPS: readonly { title: string; prefixes: readonly string[] }[] = [
  { title: 'Symptom checks', prefixes: ['CHECKS_', 'CARE_'] },
  { title: 'Searches for a time', prefixes: ['SEARCHES'] },
  { title: 'Times kept for people', prefixes: ['HOLDS'] },
  { title: 'Appointments', prefixes: ['BOOKINGS', 'LEAD_'] },
  { title: 'Times that practices offer', prefixes: ['TIMES_'] },
  { title: 'Suppliers of practices’ systems', prefixes: ['SUPPLIER_'] },
];
