/** The media types that GraphQL over HTTP answers in, https://graphql.github.io/graphql-over-http/draft/#sec-Media-Types. */
export type ResponseType =
  'application/json; charset=utf-8' | 'application/graphql-response+json; charset=utf-8';

export const JSON_TYPE: ResponseType = 'application/json; charset=utf-8';
export const GRAPHQL_TYPE: ResponseType = 'application/graphql-response+json; charset=utf-8';

/** Media types that are served; the first is used when a client has no preference. */
const SERVED: readonly { type: ResponseType; essence: string }[] = [
  { type: JSON_TYPE, essence: 'application/json' },
  { type: GRAPHQL_TYPE, essence: 'application/graphql-response+json' },
];

/** A media type, or a range of them, as a header names it. */
interface MediaRange {
  /** In small letters: `application/json`, `application/*`. */
  essence: string;
  /** Names in small letters, values without quotes. */
  parameters: ReadonlyMap<string, string>;
}

/** A range of an `Accept` header with what decides between several. */
interface Preference {
  quality: number;
  /** 0 for anything, 1 for all of `application`, 2 for one media type. */
  specificity: number;
  /** Position in the header. */
  place: number;
}

const ESSENCE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+$/;

/**
 * Null for text that names no media type (RFC 9110, section 8.3.1). Takes linear time: a header may be 16 kB of anything.
 */
function parseMediaRange(text: string): MediaRange | null {
  const [essence = '', ...rest] = splitOutsideQuotes(text, ';').map((part) => part.trim());
  if (!ESSENCE.test(essence)) return null;
  const parameters = new Map<string, string>();
  for (const parameter of rest) {
    const equals = parameter.indexOf('=');
    if (equals < 1) return null;
    const value = parameter.slice(equals + 1).replaceAll('"', '');
    parameters.set(parameter.slice(0, equals).toLowerCase(), value);
  }
  return { essence: essence.toLowerCase(), parameters };
}

function splitOutsideQuotes(text: string, separator: ',' | ';'): string[] {
  return text.match(separator === ',' ? BETWEEN_COMMAS : BETWEEN_SEMICOLONS) ?? [];
}

const BETWEEN_COMMAS = /(?:[^,"]|"[^"]*"?)+/g;
const BETWEEN_SEMICOLONS = /(?:[^;"]|"[^"]*"?)+/g;

export const EVENT_STREAM = 'text/event-stream; charset=utf-8';

/** Checks that an `Accept` header names the media type of events. */
export const acceptsEvents = memoized((accept) =>
  splitOutsideQuotes(accept ?? '', ',').some(
    (range) => parseMediaRange(range.trim())?.essence === 'text/event-stream',
  ),
);

/** Checks that a body of this `Content-Type` is JSON in UTF-8, the only encoding that GraphQL over HTTP allows. */
export const isUtf8Json = memoized((contentType) => {
  const mediaRange = contentType === undefined ? null : parseMediaRange(contentType);
  return (
    mediaRange !== null && mediaRange.essence === 'application/json' && isUtf8Charset(mediaRange.parameters)
  );
});

function isUtf8Charset(parameters: ReadonlyMap<string, string>): boolean {
  return /^utf-?8$/i.test(parameters.get('charset') ?? 'utf-8');
}

/**
 * The type to answer in, before anything is done for it (RFC 9110, section 12.5.1): the one of the highest quality, then the
 * one that is named most exactly, then the one that is named first.
 * @returns null when nothing that is served is accepted
 */
export const negotiate = memoized((accept): ResponseType | null => {
  if (accept === undefined || accept.trim() === '') return JSON_TYPE;
  const ranges = splitOutsideQuotes(accept, ',').map(parseMediaRange);
  let best: { type: ResponseType; preference: Preference } | null = null;
  for (const { type, essence } of SERVED) {
    const preference = preferenceFor(essence, ranges);
    if (preference.quality > 0 && (best === null || isBefore(preference, best.preference)))
      best = { type, preference };
  }
  return best?.type ?? null;
});

const NOT_ACCEPTED: Preference = { quality: 0, specificity: -1, place: -1 };

/** The most specific range that a type is in decides. */
function preferenceFor(essence: string, ranges: readonly (MediaRange | null)[]): Preference {
  let preference = NOT_ACCEPTED;
  for (const [place, range] of ranges.entries()) {
    if (range === null || !onlyServedParameters(range)) continue;
    const specificity = specificityFor(essence, range.essence);
    if (specificity !== null && specificity > preference.specificity)
      preference = { quality: qualityOf(range), specificity, place };
  }
  return preference;
}

function onlyServedParameters({ parameters }: MediaRange): boolean {
  return (
    isUtf8Charset(parameters) && [...parameters.keys()].every((name) => name === 'q' || name === 'charset')
  );
}

function specificityFor(essence: string, range: string): number | null {
  if (range === essence) return 2;
  if (range === 'application/*') return 1;
  return range === '*/*' ? 0 : null;
}

/** A quality that is not a number accepts nothing. */
function qualityOf({ parameters }: MediaRange): number {
  const quality = Number(parameters.get('q') ?? 1);
  return quality >= 0 && quality <= 1 ? quality : 0;
}

function isBefore(one: Preference, other: Preference): boolean {
  if (one.quality !== other.quality) return one.quality > other.quality;
  if (one.specificity !== other.specificity) return one.specificity > other.specificity;
  return one.place < other.place;
}

/** Entries cached; usual clients send some dozens of headers, and longer or further ones are parsed each time. */
const MAX_REMEMBERED = 100;
const MAX_REMEMBERED_CHARACTERS = 256;

function memoized<Result>(
  read: (header: string | undefined) => Result,
): (header: string | undefined) => Result {
  const known = new Map<string | undefined, Result>();
  return (header) => {
    const before = known.get(header);
    if (before !== undefined) return before;
    const result = read(header);
    if (known.size < MAX_REMEMBERED && (header?.length ?? 0) <= MAX_REMEMBERED_CHARACTERS)
      known.set(header, result);
    return result;
  };
}
