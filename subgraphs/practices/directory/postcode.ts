/** Result of parsing text that was entered as a postcode. */
export type Postcode =
  | { kind: 'unit'; outward: string; inward: string }
  | { kind: 'outward'; outward: string }
  /** A real postcode that is nowhere on the map: the old Girobank one, and forces mail. */
  | { kind: 'nowhere' };

/** Longest text that is looked at; a postcode with stray spaces is far shorter. */
const MAX_LENGTH = 20;

/** Shapes of an outward code, A a letter and 9 a digit (Royal Mail PAF Programmers' Guide, postcode format). */
const OUTWARD_SHAPES = ['A9', 'A99', 'A9A', 'AA9', 'AA99', 'AA9A'];
const OUTWARD = /^[A-PR-UWYZ](?:[0-9][0-9A-HJKPSTUW]?|[A-HK-Y][0-9][0-9ABEHMNPRVWXY]?)$/;
const INWARD = /^[0-9][ABD-HJLNP-UW-Z]{2}$/;

const AS_LETTER: Record<string, string> = { '0': 'O', '1': 'I' };
const AS_DIGIT: Record<string, string> = { O: '0', I: '1' };

/**
 * Reads a postcode or an outward code as people type it: case, any spaces, fullwidth characters, O for 0 and I for
 * 1. Only the shape is checked; the directory knows whether it exists.
 * @returns null when the text is not a postcode.
 */
export function parsePostcode(text: string): Postcode | null {
  if (text.length > MAX_LENGTH) return null;
  const typed = text.normalize('NFKC').toUpperCase().replace(/\s/g, '');
  if (typed === 'GIR0AA' || /^BFPO[0-9]{1,4}$/.test(typed)) return { kind: 'nowhere' };
  if (!/^[A-Z0-9]{2,7}$/.test(typed)) return null;
  if (typed.length <= 4) {
    const outward = readOutward(typed);
    return outward === null ? null : { kind: 'outward', outward };
  }
  const outward = readOutward(typed.slice(0, -3));
  const inward = readInward(typed.slice(-3));
  return outward === null || inward === null ? null : { kind: 'unit', outward, inward };
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
