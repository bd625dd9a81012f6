import { randomUUID } from 'node:crypto';
import type { Bundle, BundleLink, FhirResource, OperationOutcome, OperationOutcomeIssue } from 'fhir/r4';
import type { WireReply } from '../simulator/http-listener';

/** Replies in the wrapping of the Booking and Referral API. */
export function fhirJson(status: number, resource: FhirResource): WireReply {
  return {
    status,
    headers: { 'content-type': 'application/fhir+json; version=1.1.0' },
    body: JSON.stringify(resource),
  };
}

export function outcome(
  status: number,
  code: string,
  issue: OperationOutcomeIssue['code'],
  diagnostics: string,
): WireReply {
  const resource: OperationOutcome = {
    resourceType: 'OperationOutcome',
    meta: { profile: ['https://fhir.hl7.org.uk/StructureDefinition/UKCore-OperationOutcome'] },
    issue: [
      {
        severity: 'error',
        code: issue,
        details: { coding: [{ system: 'https://fhir.nhs.uk/CodeSystem/http-error-codes', code }] },
        diagnostics,
      },
    ],
  };
  return fhirJson(status, resource);
}

export type Entry = [fullUrl: string, resource: FhirResource];

export function searchset(entries: readonly Entry[], total: number, link: BundleLink[]): WireReply {
  const bundle: Bundle = {
    resourceType: 'Bundle',
    id: randomUUID(),
    type: 'searchset',
    total,
    link,
    ...(entries.length > 0 && { entry: entries.map(([fullUrl, resource]) => ({ fullUrl, resource })) }),
  };
  return fhirJson(200, bundle);
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
