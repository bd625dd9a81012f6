import { z } from 'zod';
import { parseAs } from '../http/parse-reply';

/** A FHIR Bundle, STU3 or R4, of whose entries no more is known than what kind of resource they are. */
export const Bundle = z.object({
  resourceType: z.literal('Bundle'),
  /** Counts the matches, on all pages; resources that only come with them are not counted. */
  total: z.number().optional(),
  link: z.array(z.object({ relation: z.string(), url: z.string() })).optional(),
  entry: z
    .array(
      z.object({ fullUrl: z.string().optional(), resource: z.looseObject({ resourceType: z.string() }) }),
    )
    .optional(),
});
export type Bundle = z.infer<typeof Bundle>;

/**
 * The resources of one type.
 * @throws SupplierError BAD_REPLY when one of them is not what the schema promises, with its path in the Bundle.
 */
export function resourcesIn<T>(
  supplier: string,
  bundle: Bundle,
  resourceType: string,
  schema: z.ZodType<T>,
): T[] {
  return (bundle.entry ?? []).flatMap(({ resource }, index) =>
    resource.resourceType === resourceType
      ? [parseAs(supplier, schema, resource, `$.entry[${index}].resource`)]
      : [],
  );
}

/**
 * The resources of one type by what refers to them, `Type/id` and the entry's full URL. Those that cannot be read are
 * left out, so this is for what is welcome, not needed.
 */
export function readableByReference<T extends { id?: string | undefined }>(
  bundle: Bundle,
  resourceType: string,
  schema: z.ZodType<T>,
): Map<string, T> {
  const found = new Map<string, T>();
  for (const { fullUrl, resource } of bundle.entry ?? []) {
    const parsed = resource.resourceType === resourceType ? schema.safeParse(resource).data : undefined;
    if (!parsed) continue;
    if (parsed.id !== undefined) found.set(`${resourceType}/${parsed.id}`, parsed);
    if (fullUrl !== undefined) found.set(fullUrl, parsed);
  }
  return found;
}
