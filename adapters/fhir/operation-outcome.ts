import { z } from 'zod';

const OperationOutcome = z.object({
  resourceType: z.literal('OperationOutcome'),
  issue: z.array(
    z.object({
      code: z.string().optional(),
      details: z.object({ coding: z.array(z.object({ code: z.string().optional() })).optional() }).optional(),
    }),
  ),
});

/**
 * The error codes of an OperationOutcome (`issue[].details.coding[].code`), empty when the body is anything else.
 * Diagnostics are left out: they are free text and may hold identifiers.
 */
export function outcomeCodes(body: string): readonly string[] {
  const parsed = OperationOutcome.safeParse(valueOf(body));
  if (!parsed.success) return [];
  return parsed.data.issue.flatMap((issue) =>
    (issue.details?.coding ?? []).flatMap(({ code }) => code ?? []),
  );
}

function valueOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
