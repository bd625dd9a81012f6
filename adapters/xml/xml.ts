import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { z } from 'zod';

type Attributes = Readonly<Record<string, string | undefined>>;

const RootElement = z.tuple([z.string(), z.tuple([z.unknown()])]);

/**
 * More markup than the largest reply of a supplier has. The time of parsing grows with the number of elements, attributes and
 * entities rather than with the text: two megabytes of them would keep a process busy.
 */
const MAX_MARKUP: readonly (readonly [mark: string, times: number])[] = [
  ['<', 40_000],
  ['=', 100_000],
  ['&', 20_000],
];
const MAX_DEPTH = 30;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  ignoreDeclaration: true,
  parseAttributeValue: false,
  parseTagValue: false,
  maxNestedTags: MAX_DEPTH,
  // One element or many: always a list, so that a schema needs one shape.
  isArray: (_name, _path, _isLeaf, isAttribute) => !isAttribute,
});

/**
 * An element as text; attributes without a value are left out.
 */
export function xmlElement(name: string, attributes: Attributes, children: readonly string[] = []): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => (value === undefined ? '' : ` ${key}="${escaped(value)}"`))
    .join('');
  return children.length > 0 ? `<${name}${written}>${children.join('')}</${name}>` : `<${name}${written}/>`;
}

/**
 * The root element: its name, and its attributes with its children as lists by name. Null when the text is no
 * well-formed XML, has more markup than any reply, or declares a document type, since with that entities could be defined
 * that grow without end.
 */
export function readXml(text: string): { root: string; value: unknown } | null {
  if (/<!(DOCTYPE|ENTITY)/i.test(text) || MAX_MARKUP.some(([mark, times]) => hasMore(text, mark, times)))
    return null;
  const document = parsed(text);
  if (typeof document !== 'object' || document === null) return null;
  const element = RootElement.safeParse(Object.entries(document)[0]);
  return element.success ? { root: element.data[0], value: asElement(element.data[1][0]) } : null;
}

/** Null also for what the parser refuses by throwing: depth, and names that could reach into objects. */
function parsed(text: string): unknown {
  try {
    return XMLValidator.validate(text) === true ? parser.parse(text) : null;
  } catch {
    return null;
  }
}

function hasMore(text: string, mark: string, times: number): boolean {
  let at = -1;
  for (let count = 0; count <= times; count++) {
    at = text.indexOf(mark, at + 1);
    if (at < 0) return false;
  }
  return true;
}

/** The parser gives '' for an element that has neither attributes nor children. */
function asElement(value: unknown): unknown {
  return value === '' ? {} : value;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[\r\n\t]+/g, ' ');
}
