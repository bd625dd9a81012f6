import { z } from 'zod';
import type { Fault } from './injected-faults';
import type { WireReply } from './http-listener';

type Drift = Extract<Fault, { kind: 'drift' }>;
type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

const TAG = /<([A-Za-z]\w*)((?:\s+[\w:]+="[^"]*")*)\s*(\/?)>/g;
const ATTRIBUTE = /\s+([\w:]+)="[^"]*"/g;
const ADDED = 'neverHeardOf';

/**
 * Lists the paths at which a reply holds single values: `Sessions[].Slots[].SlotId` in JSON, `Slot@startDate` in XML. One path stands for
 * all places of its kind. Empty for any other notation.
 */
export function leafPaths(reply: WireReply): string[] {
  const json = jsonOf(reply.body);
  const found = json === undefined ? xmlLeaves(reply.body) : jsonLeaves(json, '');
  return [...new Set(found)];
}

/** The reply with every value at the path taken out or of another type, or with a field nobody knows in every object. */
export function drifted(reply: WireReply, { change, at }: Pick<Drift, 'change' | 'at'>): WireReply {
  const json = jsonOf(reply.body);
  const body =
    json === undefined
      ? driftedXml(reply.body, change, at)
      : JSON.stringify(driftedJson(json, '', change, at));
  return { ...reply, body };
}

function jsonLeaves(value: Json, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => jsonLeaves(item, `${path}[]`));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, field]) =>
      jsonLeaves(field, path === '' ? name : `${path}.${name}`),
    );
  return value === null ? [] : [path];
}

function driftedJson(value: Json, path: string, change: Drift['change'], at: string): Json {
  if (Array.isArray(value)) return value.map((item) => driftedJson(item, `${path}[]`, change, at));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).flatMap(([name, field]): [string, Json][] => {
    const here = path === '' ? name : `${path}.${name}`;
    if (here !== at) return [[name, driftedJson(field, here, change, at)]];
    if (change === 'field-removed') return [];
    return [[name, change === 'field-mistyped' ? mistyped(field) : field]];
  });
  return Object.fromEntries(change === 'field-added' ? [...fields, [ADDED, { deep: [1] }]] : fields);
}

function mistyped(value: Json): Json {
  return typeof value === 'string' ? 4711 : 'four thousand';
}

function xmlLeaves(text: string): string[] {
  return [...text.matchAll(TAG)].flatMap(([, name = '', attributes = '']) =>
    [...attributes.matchAll(ATTRIBUTE)].map(([, attribute = '']) => `${name}@${attribute}`),
  );
}

/** XML knows no types, so a value of another type is one that no format fits. */
function driftedXml(text: string, change: Drift['change'], at: string): string {
  return text.replace(TAG, (_, name: string, attributes: string, end: string) => {
    const kept = attributes.replace(ATTRIBUTE, (whole, attribute: string) => {
      if (`${name}@${attribute}` !== at || change === 'field-added') return whole;
      return change === 'field-removed' ? '' : ` ${attribute}=""`;
    });
    return `<${name}${kept}${change === 'field-added' ? ` ${ADDED}="1"` : ''}${end}>`;
  });
}

const JsonText = z.string().transform((text, context): Json => {
  try {
    // JSON.parse gives nothing but what Json names.
    return z.json().parse(JSON.parse(text));
  } catch {
    context.addIssue({ code: 'custom', message: 'not JSON' });
    return z.NEVER;
  }
});

function jsonOf(text: string): Json | undefined {
  return JsonText.safeParse(text).data;
}
