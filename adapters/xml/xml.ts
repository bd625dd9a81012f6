import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { z } from 'zod';

type Attributes = Readonly<Record<string, string | undefined>>;

const RootElement = z.tuple([z.string(), z.tuple([z.unknown()])]);

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  ignoreDeclaration: true,
  parseAttributeValue: false,
  parseTagValue: false,
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
 * well-formed XML or declares a document type, since with that entities could be defined that grow without end.
 */
export function readXml(text: string): { root: string; value: unknown } | null {
  if (/<!(DOCTYPE|ENTITY)/i.test(text) || XMLValidator.validate(text) !== true) return null;
  const document: unknown = parser.parse(text);
  if (typeof document !== 'object' || document === null) return null;
  const element = RootElement.safeParse(Object.entries(document)[0]);
  return element.success ? { root: element.data[0], value: asElement(element.data[1][0]) } : null;
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
