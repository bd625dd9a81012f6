/** Colours of the NHS identity, each with a contrast of 3:1 or more to white (WCAG 2.2, 1.4.11). */
export const WHITE = '#ffffff';
/** Text, as in the design system. */
export const INK = '#212b32';
const BLACK = '#000000';
export const QUIET_INK = '#4c6272';
export const GRID = '#d8dde0';

export const SERIES_COLOURS = ['#005eb8', '#ae2573', '#006747', '#330072', '#8a1538', '#425563'] as const;

const LIGHTEST = [232, 241, 250] as const;
const DARKEST = [0, 48, 135] as const;

/** A blue that is the darker the greater a share of the greatest number is. */
export function shade(share: number): string {
  const part = Math.min(Math.max(share, 0), 1);
  const mixed = LIGHTEST.map((light, at) => Math.round(light + ((DARKEST[at] ?? 0) - light) * part));
  return `#${mixed.map((one) => one.toString(16).padStart(2, '0')).join('')}`;
}

/** Black or white, whichever can be read better on a colour. */
export function inkOn(colour: string): string {
  return contrast(colour, WHITE) > contrast(colour, BLACK) ? WHITE : BLACK;
}

/** Contrast of two colours as WCAG 2 computes it. */
export function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
