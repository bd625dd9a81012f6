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

/** Returns an OperationOutcome's codes. Diagnostics are left out: they are free text and may hold identifiers. */
export interface OutcomeCodes {
  /** `issue[].details.coding[].code`, such as `DUPLICATE_REJECTED` or `REC_CONFLICT`. */
  details: readonly string[];
  /** `issue[].code`, FHIR's own issue types, such as `conflict` or `duplicate`. */
  issues: readonly string[];
}

/** Empty when the body is anything else. */
export function outcomeCodes(body: string): OutcomeCodes {
  const parsed = OperationOutcome.safeParse(valueOf(body));
  if (!parsed.success) return { details: [], issues: [] };
  const { issue } = parsed.data;
  return {
    details: issue.flatMap(({ details }) => (details?.coding ?? []).flatMap(({ code }) => code ?? [])),
    issues: issue.flatMap(({ code }) => code ?? []),
  };
}

function valueOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
