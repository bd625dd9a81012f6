import { z } from 'zod';

/** An id that goes into addresses and records: of bounded length, and no step of a path. */
export const ResourceId = z.string().regex(/^(?!\.{1,2}$)[^/]{1,250}$/u);

/**
 * Returns the id in a reference to a resource of the type, relative or absolute: `Patient/9`, `https://…/Patient/9`,
 * `Patient/9/_history/2`. Undefined for a reference to anything else, `urn:uuid:` among it.
 */
export function idIn(reference: string | undefined, resourceType: string): string | undefined {
  const parts = (reference ?? '').split('/');
  const at = parts.at(-2) === '_history' ? -4 : -2;
  return parts.at(at) === resourceType ? parts.at(at + 1) : undefined;
}
