/** Addresses of statistics are the longest. */
const MAX_CHARACTERS = 2_000;

/** Returns a path of this site to go to after signing in, or null for anything else. */
export function nextPage(text: unknown, publicUrl: string): string | null {
  if (text === undefined) return '/';
  // Browsers read a backslash as a slash, and leave out tabs and line ends.
  if (
    typeof text !== 'string' ||
    text.length > MAX_CHARACTERS ||
    !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text)
  )
    return null;
  const { origin } = new URL(publicUrl);
  if (!URL.canParse(text, origin)) return null;
  const url = new URL(text, origin);
  const path = url.pathname + url.search + url.hash;
  return url.origin === origin && !path.startsWith('//') ? path : null;
}
