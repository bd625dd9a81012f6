/** Result of parsing text that was entered as a postcode. */
export type Postcode =
  | { kind: 'unit'; outward: string; inward: string }
  /**
   * The first half, or with it the sector: "LS1" and "LS1 4". Typed as one, "LS14" may be either: `sectorOf` is what
   * it is a sector of, should there be no outward code LS14.
   */
  | { kind: 'outward'; outward: string; sectorOf?: string }
  /** A real postcode that is nowhere on the map: the old Girobank one, and forces mail. */
  | { kind: 'nowhere' };

/** Longest text that is looked at; a postcode with stray spaces is far shorter. */
const MAX_LENGTH = 20;

/** Shapes of an outward code, A a letter and 9 a digit (Royal Mail PAF Programmers' Guide, postcode format). */
const OUTWARD_SHAPES = ['A9', 'A99', 'A9A', 'AA9', 'AA99', 'AA9A'];
const OUTWARD = /^[A-PR-UWYZ](?:[0-9][0-9A-HJKMNPR-Y]?|[A-HK-Y][0-9][0-9ABEHMNPRVWXY]?)$/;
const INWARD = /^[0-9][ABD-HJLNP-UW-Z]{2}$/;

const AS_LETTER: Record<string, string> = { '0': 'O', '1': 'I' };
const AS_DIGIT: Record<string, string> = { O: '0', I: '1' };

/** Characters that copying adds and nobody sees: joiners, marks of direction, soft hyphens, variation selectors. */
const INVISIBLE = /[\p{Cf}\u034F\uFE00-\uFE0F]/gu;
/** Zero-width space, which parts words though nobody sees it; and an accent that normalisation would put on a letter. */
const PARTING = /[\u200B\u00B4]/g;
/** Punctuation that keyboards and sentences put beside a postcode, or between its halves. */
const PUNCTUATION = /[\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}.,:;'"`_*/\\·•]/gu;

/**
 * Reads a postcode, a sector or an outward code as people type it: case, any spaces, full stops, invisible and
 * fullwidth characters, O for 0 and I for 1. Only the shape is checked; the directory knows whether it exists.
 * @returns null when the text is not a postcode.
 */
export function parsePostcode(text: string): Postcode | null {
  if (text.length > MAX_LENGTH) return null;
  const words = text
    .replace(PARTING, ' ')
    .replace(INVISIBLE, '')
    .normalize('NFKC')
    .toUpperCase()
    .replace(PUNCTUATION, ' ')
    .trim()
    .split(/\s+/);
  const typed = words.join('');
  if (typed === 'GIR0AA' || /^BFPO[0-9]{1,4}$/.test(typed)) return { kind: 'nowhere' };
  if (!/^[A-Z0-9]{2,7}$/.test(typed)) return null;
  return readSector(words) ?? readHalf(typed) ?? readUnit(typed);
}

/** Reads "LS1 4": what stands after the last space is the sector, and no part of the outward code. */
function readSector(words: readonly string[]): Postcode | null {
  const outward = readOutward(words.slice(0, -1).join(''));
  const isSector = words.length > 1 && isDigit(words.at(-1) ?? '');
  return isSector && outward !== null ? { kind: 'outward', outward } : null;
}

/** Reads "LS1", and what may be "LS1 4" without its space. */
function readHalf(typed: string): Postcode | null {
  const outward = readOutward(typed);
  const half = typed.slice(0, -1);
  const sectorOf = /[0-9]$/.test(typed) && OUTWARD.test(half) ? half : null;
  if (outward === null) return sectorOf === null ? null : { kind: 'outward', outward: sectorOf };
  return sectorOf === null ? { kind: 'outward', outward } : { kind: 'outward', outward, sectorOf };
}

function readUnit(typed: string): Postcode | null {
  const outward = readOutward(typed.slice(0, -3));
  const inward = readInward(typed.slice(-3));
  return outward === null || inward === null ? null : { kind: 'unit', outward, inward };
}

function isDigit(text: string): boolean {
  return /^[0-9OI]$/.test(text);
}

/** Last letters of the outward codes that share a district, as EC1A to EC1Y share EC1. */
const DIVISIONS = Array.from({ length: 26 }, (_, at) => String.fromCharCode(65 + at));

/** The outward codes that people call by this shorter name, such as EC1 or SW1. */
export function divisionsOf(district: string): string[] {
  return DIVISIONS.map((letter) => district + letter);
}

/**
 * Reads the first half of a postcode whose second half is mistyped, as LA14 of "LA14 2IB".
 * @returns null when that is no outward code either.
 */
export function outwardOfMistyped(text: string): string | null {
  const [first = '', second = ''] = text.trim().toUpperCase().split(/\s+/);
  return readOutward(second === '' ? first.slice(0, -3) : first);
}

/** A unit postcode without its space, as tables and files are compared. */
export function unitKey(postcode: { outward: string; inward: string }): string {
  return postcode.outward + postcode.inward;
}

/** Formats a postcode as Royal Mail does, `LS1 4AP`. */
export function formatUnit(postcode: { outward: string; inward: string }): string {
  return `${postcode.outward} ${postcode.inward}`;
}

/** Reads an outward code. Text that is valid as it stands wins; a swap of O and 0 or I and 1 is only tried after that. */
function readOutward(typed: string): string | null {
  if (OUTWARD.test(typed)) return typed;
  const readings = OUTWARD_SHAPES.filter((shape) => shape.length === typed.length)
    .map((shape) => inShape(typed, shape))
    .filter((reading) => reading !== null)
    .filter((reading) => OUTWARD.test(reading));
  return readings[0] ?? null;
}

function readInward(typed: string): string | null {
  if (INWARD.test(typed)) return typed;
  const reading = inShape(typed, '9AA');
  return reading !== null && INWARD.test(reading) ? reading : null;
}

function inShape(typed: string, shape: string): string | null {
  const read = Array.from(typed, (character, place) =>
    shape[place] === '9' ? (AS_DIGIT[character] ?? character) : (AS_LETTER[character] ?? character),
  ).join('');
  const fits = Array.from(read).every(
    (character, place) => /[0-9]/.test(character) === (shape[place] === '9'),
  );
  return fits ? read : null;
}
