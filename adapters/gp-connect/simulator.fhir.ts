import type { WireReply, WireRequest } from '../simulator/http-listener';

/** Replies in GP Connect's wrapping: FHIR JSON that nobody may store. */
export function fhirJson(
  status: number,
  resource: object,
  headers: Readonly<Record<string, string>> = {},
): WireReply {
  return {
    status,
    headers: {
      'content-type': 'application/fhir+json;charset=utf-8',
      'cache-control': 'no-store',
      ...headers,
    },
    body: JSON.stringify(resource),
  };
}

export function searchset(resources: readonly object[]): WireReply {
  const entry = resources.map((resource) => ({ resource }));
  return fhirJson(200, { resourceType: 'Bundle', type: 'searchset', ...(entry.length > 0 ? { entry } : {}) });
}

export function outcome(status: number, code: string, diagnostics: string, issueType = 'invalid'): WireReply {
  return fhirJson(status, {
    resourceType: 'OperationOutcome',
    meta: { profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-OperationOutcome-1'] },
    issue: [
      {
        severity: 'error',
        code: issueType,
        details: {
          coding: [
            { system: 'https://fhir.nhs.uk/STU3/CodeSystem/Spine-ErrorOrWarningCode-1', code, display: code },
          ],
        },
        diagnostics,
      },
    ],
  });
}

export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const JSON_TYPES = /^(\*\/\*|application\/(\*|json|fhir\+json|json\+fhir))$/;

/** Providers SHALL serve JSON and SHOULD serve XML, which this one does not: 415 for whoever takes nothing else. */
export function unsupportedFormat({ headers, query }: WireRequest): WireReply | null {
  const format = query.get('_format') ?? headers.accept ?? '*/*';
  const types = format.split(',').map((type) => (type.split(';')[0] ?? '').trim().replace(' ', '+'));
  return types.some((type) => JSON_TYPES.test(type) || type === 'json')
    ? null
    : outcome(415, 'UNSUPPORTED_MEDIA_TYPE', 'Only FHIR as JSON is served', 'not-supported');
}
