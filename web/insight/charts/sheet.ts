import * as Plot from './plot';
import { INK, SERIES_COLOURS, WHITE } from './palette';

/** Units of a drawing, which a phone shows at three quarters and a desktop larger: text has to be readable on both. */
export const WIDTH = 480;
export const TEXT = 14;
export const SMALL = 12;
export const LINE = 20;

/** Elements are made by it and never added to it, so that one serves all drawings. */
const DOCUMENT: object = Plot.createDocument('<body></body>');

export interface Named {
  id: string;
  title: string;
  description: string;
  /** Visible words of a drawing that leaves its page: lines above it and below it. */
  caption?: { above: string; below: string } | undefined;
}

export interface Sheet extends Named {
  height: number;
  /** Number of series that have patterns. */
  patterns: number;
}

/**
 * Draws marks to a standalone SVG: no script, no style, nothing that is fetched, so that it stands in a page under any
 * security policy, and in a file.
 */
export function svgOf(options: Plot.PlotOptions, sheet: Sheet): string {
  const { id, title, description, height, patterns, caption } = sheet;
  const drawn: unknown = Plot.plot({ width: WIDTH, height, margin: 0, ...options, ...documentOption() });
  const content = contentOf(outerHtml(drawn));
  const definitions = Array.from({ length: patterns }, (_, at) => patternOf(id, at)).join('');
  const above = captionLines(caption?.above ?? '', { top: 0, size: TEXT, isBold: true });
  const below = captionLines(caption?.below ?? '', {
    top: above.height + height,
    size: SMALL,
    isBold: false,
  });
  const whole = above.height + height + below.height;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="app-chart" viewBox="0 0 ${WIDTH} ${whole}" ` +
    `width="${WIDTH}" height="${whole}" role="img" aria-labelledby="${id}-title" fill="${INK}" ` +
    `font-family="Arial, sans-serif" font-size="${TEXT}" text-anchor="middle">` +
    `<title id="${id}-title">${escaped(title)}</title><desc>${escaped(description)}</desc>` +
    (definitions === '' ? '' : `<defs>${definitions}</defs>`) +
    `<rect width="${WIDTH}" height="${whole}" fill="${WHITE}"></rect>${above.svg}` +
    `<g transform="translate(0,${above.height})">${content}</g>${below.svg}</svg>`
  );
}

/** Elements inside the drawing: without Plot's styles, and names of marks that say nothing to readers. */
function contentOf(html: string): string {
  return html
    .replace(/^<svg[^>]*>/, '')
    .replace(/<style>[^]*?<\/style>/, '')
    .replace(/<\/svg>$/, '')
    .replace(/<[a-z][^>]*>/g, (tag) =>
      tag
        .replace(/ aria-[a-z]+="[^"]*"/g, '')
        .replace(/\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2)))),
    )
    .replaceAll('&nbsp;', '&#160;');
}

/** Characters of the text of a caption that stand in one line. */
const LINE_LENGTH = 58;
const MAX_CAPTION_LINES = 6;

function captionLines(
  text: string,
  { top, size, isBold }: { top: number; size: number; isBold: boolean },
): { svg: string; height: number } {
  if (text === '') return { svg: '', height: 0 };
  const lines = wrapped(text);
  const svg = lines
    .map((line, at) => {
      const weight = isBold ? ' font-weight="bold"' : '';
      const y = top + LINE * (at + 0.8);
      return `<text x="4" y="${y}" text-anchor="start" font-size="${size}"${weight}>${escaped(line)}</text>`;
    })
    .join('');
  return { svg, height: LINE * lines.length + 8 };
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || `${line} ${word}`.length > LINE_LENGTH) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.slice(0, MAX_CAPTION_LINES);
}

function documentOption(): Plot.PlotOptions {
  return Object.fromEntries([['document', DOCUMENT]]);
}

function outerHtml(drawn: unknown): string {
  if (typeof drawn !== 'object' || drawn === null || !('outerHTML' in drawn))
    throw new Error('Plot drew nothing.');
  return String(drawn.outerHTML);
}

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

export function colourOf(at: number): string {
  return SERIES_COLOURS[at % SERIES_COLOURS.length] ?? INK;
}

/** A series by itself is plain; several differ in pattern as well as in colour. */
export function fillOf(id: string, at: number, of: number): string {
  return of < 2 ? colourOf(at) : `url(#${id}-pattern-${at})`;
}

/** Name of a series in the drawing, which the legend explains. */
export function letterOf(at: number): string {
  return String.fromCharCode(65 + at);
}

/** White lines on the series' colour; the first is plain. */
const STROKES = ['', 'M0 8L8 0', 'M0 4H8', 'M4 0V8', 'M0 0L8 8M0 8L8 0', 'M0 4H4M4 0H8'] as const;

function patternOf(id: string, at: number): string {
  const stroke = STROKES[at % STROKES.length] ?? '';
  const lines = stroke === '' ? '' : `<path d="${stroke}" stroke="${WHITE}" stroke-width="1.5"></path>`;
  return (
    `<pattern id="${id}-pattern-${at}" width="8" height="8" patternUnits="userSpaceOnUse">` +
    `<rect width="8" height="8" fill="${colourOf(at)}"></rect>${lines}</pattern>`
  );
}

/** The longest text of one line, in ems of its size; more ends in "…". */
export const MAX_EMS = 31;

/** Text at a place that is counted from the bottom left of the drawing's frame. */
export interface Words {
  text: string;
  dx: number;
  dy: number;
  size?: number;
  anchor?: 'start' | 'middle' | 'end';
  fill?: string;
  bold?: boolean;
}

export function words({
  text,
  dx,
  dy,
  size = TEXT,
  anchor = 'start',
  fill = INK,
  bold = false,
}: Words): Plot.Text {
  return Plot.text([text], {
    text: (one: string) => one,
    frameAnchor: 'bottom-left',
    dx,
    dy,
    fontSize: size,
    textAnchor: anchor,
    lineAnchor: 'middle',
    fill,
    fontWeight: bold ? 'bold' : 'normal',
    textOverflow: 'ellipsis',
    lineWidth: MAX_EMS,
  });
}

interface Place {
  dx: number;
  dy: number;
}

/** One line for each series below the frame: its sign, its letter, what it is. */
export function legend(
  titles: readonly string[],
  { below, left, sign }: { below: number; left: number; sign(at: number, place: Place): Plot.Markish },
): Plot.Markish[] {
  return titles.flatMap((title, at) => {
    const dy = below + LINE * (at + 0.5);
    return [
      sign(at, { dx: left + 8, dy }),
      words({ text: letterOf(at), dx: left + 22, dy, bold: true }),
      words({ text: title, dx: left + 40, dy }),
    ];
  });
}

/** A small square with the fill of a series. */
export function swatch(id: string, of: number) {
  return (at: number, { dx, dy }: Place): Plot.Markish =>
    Plot.dot([0], {
      frameAnchor: 'bottom-left',
      dx,
      dy,
      r: 8,
      symbol: 'square',
      fill: fillOf(id, at, of),
      stroke: colourOf(at),
    });
}
