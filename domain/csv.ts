/** A cell keeps the type that it has in an answer, which decides how a spreadsheet may read it. */
export type Cell = string | number | boolean;

/** Excel reads a file as UTF-8 only where it begins so. */
const BYTE_ORDER_MARK = '\uFEFF';

/** Written for the explorer's tables and the website's. RFC 4180, safe to open in a spreadsheet: each text is read back as text. */
export function csv(lines: readonly (readonly Cell[])[]): string {
  return BYTE_ORDER_MARK + lines.map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');
}

function quoted(cell: Cell): string {
  return `"${unmistakable(cell).replaceAll('"', '""')}"`;
}

function unmistakable(cell: Cell): string {
  const text = String(cell);
  if (typeof cell === 'boolean' || isMeasure(cell) || isPlainNumber(text) || isDay(text)) return text;
  if (isMistakable(text)) return `="${text}"`;
  return isFormula(text) ? `'${text}` : text;
}

/** A number of the answer; a spreadsheet keeps 15 digits, which may round a distance but must not change an id. */
function isMeasure(cell: Cell): boolean {
  return typeof cell === 'number' && (!Number.isInteger(cell) || Math.abs(cell) < 1e15);
}

/** A number that a spreadsheet shows as it is written: no zero in front or behind, at most 15 digits. */
function isPlainNumber(text: string): boolean {
  return (
    /^-?\d+(\.\d+)?$/.test(text) && text.replace(/\D/g, '').length <= 15 && String(Number(text)) === text
  );
}

/** Days are the only text that may become something else: a spreadsheet's own date of the same day. */
function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
}

const MONTH = `(?:${[
  'january|february|march|april|may|june|july|august|september|october|november|december',
  'jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec',
].join('|')})`;
/** Digits with what stands in numbers, dates, times and amounts: telephone numbers, age bands, `1/2`, `5%`, `1e5`, `12:30`. */
const LIKE_NUMBER = new RegExp(`^[+\\-]?[£$€(]?\\.?\\d(?:[\\d\\s.,:/+\\-%)€£$]|e|am|pm|${MONTH})*$`, 'i');
const LIKE_MONTH = new RegExp(`^${MONTH}[\\s.,/\\-]*\\d[\\d\\s.,:/\\-]*$`, 'i');
/** Longer texts are no numbers; they would also not fit into a formula. */
const MAX_MISTAKABLE = 100;
/** Words of the spreadsheet's own. */
const LIKE_WORD = /^(true|false|#(n\/a|ref!|div\/0!|value!|name\?|num!|null!))$/i;

/**
 * A spreadsheet would make a number, a date or a truth of it. It is written as text in the way that spreadsheets
 * have for that, which is safe: it has no quotation mark, and nothing that could run.
 */
function isMistakable(text: string): boolean {
  const trimmed = text.trim();
  if (text.length > MAX_MISTAKABLE || /["\t\r\n]/.test(text)) return false;
  return [LIKE_NUMBER, LIKE_MONTH, LIKE_WORD].some((form) => form.test(trimmed));
}

/** OWASP, CSV injection: what runs, also after white space and in full-width form; an apostrophe in front stops it. */
function isFormula(text: string): boolean {
  return /^[\t\r\n]/.test(text) || /^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]/u.test(text);
}
