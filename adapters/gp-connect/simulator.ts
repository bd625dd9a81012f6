import { OdsCode } from '../../domain/ods-code';
import type { Diary } from '../simulator/diary';
import type { SimulatedOperation } from '../simulator/injected-faults';
import type { WireReply, WireRequest } from '../simulator/http-listener';
import type { FaultTarget, WireProtocol } from '../simulator/protocol-server';
import type { ProviderRequest } from './simulator.provider-request';
import {
  amendAppointment,
  bookAppointment,
  cancelAppointment,
  patientAppointments,
  readAppointment,
} from './simulator.appointments';
import { consumerOf } from './simulator.consumer';
import { fhirJson, outcome, unsupportedFormat } from './simulator.fhir';
import { findPatient, readPatient, registerPatient } from './simulator.patients';
import { readLocation, readPractitioner, searchSlots } from './simulator.slots';

interface Route {
  operation: SimulatedOperation;
  method: string;
  path: RegExp;
  interaction: string;
  scope: string;
  answer(request: ProviderRequest): WireReply;
}

const WRITE = 'patient/*.write';
const READ = 'patient/*.read';
const ORGANISATION = 'organization/*.read';

const ROUTES: readonly Route[] = [
  {
    operation: 'SEARCH',
    method: 'GET',
    path: /^\/Slot$/,
    interaction: 'rest:search:slot-1',
    scope: ORGANISATION,
    answer: searchSlots,
  },
  {
    operation: 'PATIENT',
    method: 'GET',
    path: /^\/Patient$/,
    interaction: 'rest:search:patient-1',
    scope: READ,
    answer: findPatient,
  },
  {
    operation: 'PATIENT',
    method: 'POST',
    path: /^\/Patient\/\$gpc\.registerpatient$/,
    interaction: 'operation:gpc.registerpatient-1',
    scope: WRITE,
    answer: registerPatient,
  },
  {
    operation: 'PATIENT',
    method: 'GET',
    path: /^\/Patient\/([^/]+)$/,
    interaction: 'rest:read:patient-1',
    scope: READ,
    answer: readPatient,
  },
  {
    operation: 'OTHER',
    method: 'GET',
    path: /^\/Practitioner\/([^/]+)$/,
    interaction: 'rest:read:practitioner-1',
    scope: ORGANISATION,
    answer: readPractitioner,
  },
  {
    operation: 'OTHER',
    method: 'GET',
    path: /^\/Location\/([^/]+)$/,
    interaction: 'rest:read:location-1',
    scope: ORGANISATION,
    answer: readLocation,
  },
  {
    operation: 'OTHER',
    method: 'GET',
    path: /^\/metadata$/,
    interaction: 'rest:read:metadata-1',
    scope: ORGANISATION,
    answer: readCapabilities,
  },
  {
    operation: 'READ',
    method: 'GET',
    path: /^\/Patient\/([^/]+)\/Appointment$/,
    interaction: 'rest:search:patient_appointments-1',
    scope: READ,
    answer: patientAppointments,
  },
  {
    operation: 'BOOK',
    method: 'POST',
    path: /^\/Appointment$/,
    interaction: 'rest:create:appointment-1',
    scope: WRITE,
    answer: bookAppointment,
  },
  {
    operation: 'READ',
    method: 'GET',
    path: /^\/Appointment\/([^/]+)$/,
    interaction: 'rest:read:appointment-1',
    scope: READ,
    answer: readAppointment,
  },
  {
    operation: 'CANCEL',
    method: 'PUT',
    path: /^\/Appointment\/([^/]+)$/,
    interaction: 'rest:cancel:appointment-1',
    scope: WRITE,
    answer: cancelAppointment,
  },
  {
    operation: 'OTHER',
    method: 'PUT',
    path: /^\/Appointment\/([^/]+)$/,
    interaction: 'rest:update:appointment-1',
    scope: WRITE,
    answer: amendAppointment,
  },
];

const INTERACTIONS = 'urn:nhs:names:services:gpconnect:fhir:';

const BASE = /^\/([A-Z0-9]{3,10})\/STU3\/1\/gpconnect\/fhir(\/.*)$/;

/** The practices' side of GP Connect Appointment Management, as the Spine proxy shows it. */
export function gpConnectSimulator({ diary, now }: { diary: Diary; now: () => Date }): WireProtocol {
  return {
    identify(request): FaultTarget {
      const found = find(request);
      if (!found) return { operation: 'OTHER' };
      const slotId =
        found.route.operation === 'BOOK' ? /"Slot\/([0-9]+)"/.exec(request.body)?.[1] : undefined;
      return {
        operation: found.route.operation,
        practice: found.practice,
        slotId: slotId === undefined ? undefined : Number(slotId),
      };
    },
    answer(request) {
      if (request.path === '/health') return fhirJson(200, {});
      const found = find(request);
      if (!found) return outcome(404, 'NO_RECORD_FOUND', 'No such resource');
      const unsupported = unsupportedFormat(request);
      if (unsupported) return unsupported;
      const { route, practice, id } = found;
      const consumer = consumerOf(request, { ...route, now: now() });
      return 'status' in consumer ? consumer : route.answer({ diary, now, practice, consumer, request, id });
    },
    // The proxy's failures are sometimes not FHIR.
    failure: (status) =>
      status === 500
        ? outcome(500, 'INTERNAL_SERVER_ERROR', 'It did not work', 'processing')
        : { status, headers: { 'content-type': 'text/plain' }, body: 'It did not work' },
    expireSessions() {
      // System to system: there are no sessions.
    },
  };
}

/** `GET /metadata`: a CapabilityStatement, of which consumers read the version. */
function readCapabilities({ now }: ProviderRequest): WireReply {
  return fhirJson(200, {
    resourceType: 'CapabilityStatement',
    version: '1.2.7',
    status: 'active',
    date: now().toISOString(),
    kind: 'instance',
    fhirVersion: '3.0.1',
    acceptUnknown: 'no',
    format: ['application/fhir+json'],
    rest: [{ mode: 'server', resource: [{ type: 'Slot' }, { type: 'Appointment' }, { type: 'Patient' }] }],
  });
}

function find(request: WireRequest): { route: Route; practice: OdsCode; id: string } | null {
  const [, practice, rest] = BASE.exec(request.path) ?? [];
  if (practice === undefined || rest === undefined) return null;
  const fitting = ROUTES.filter(({ path, method }) => method === request.method && path.test(rest));
  // Amending and cancelling differ in their interaction alone.
  const meant = ({ interaction }: Route) =>
    request.headers['ssp-interactionid'] === INTERACTIONS + interaction;
  const route = fitting.find(meant) ?? fitting[0];
  const id = decodeURIComponent(route?.path.exec(rest)?.[1] ?? '');
  return route ? { route, practice: OdsCode.parse(practice), id } : null;
}
