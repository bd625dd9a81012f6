import type { CapabilityStatement, MessageDefinition, OperationOutcomeIssue } from 'fhir/r4';
import type { Diary } from '../simulator/diary';
import type { SimulatedOperation } from '../simulator/injected-faults';
import type { WireReply, WireRequest } from '../simulator/http-listener';
import type { FaultTarget, WireProtocol } from '../simulator/protocol-server';
import { messageProcessor, patientAppointments, readAppointment } from './simulator.appointments';
import { fhirJson, outcome, searchset } from './simulator.fhir';
import { type Parties, platform, targetOf } from './simulator.platform';
import { searchSlots, slotNumberOf } from './simulator.slots';

const BASE = '/booking-and-referral/FHIR/R4';
const PAGE_SIZE = 100;
const ONE_APPOINTMENT = /^\/Appointment\/([^/]+)$/;

/** The meaning of a status, and whose fault it is, in the words of the published examples. */
const FAILURES: Readonly<Record<number, readonly [code: string, issue: OperationOutcomeIssue['code']]>> = {
  408: ['REC_TIMEOUT', 'timeout'],
  429: ['SEND_TOO_MANY_REQUESTS', 'throttled'],
  500: ['REC_SERVER_ERROR', 'exception'],
  502: ['PROXY_BAD_GATEWAY', 'transient'],
  503: ['REC_UNAVAILABLE', 'transient'],
  504: ['PROXY_GATEWAY_TIMEOUT', 'timeout'],
};

/** Simulates the receivers of the Booking and Referral Standard behind its proxy, for practices whose service id is their ODS code. */
export function barsSimulator(options: {
  diary: Diary;
  now: () => Date;
  pageSize?: number | undefined;
}): WireProtocol {
  const { diary, now, pageSize = PAGE_SIZE } = options;
  const { issueToken, admit, expire } = platform({ now });
  const processMessage = messageProcessor({ diary, now });

  function answer(parties: Parties, request: WireRequest): WireReply {
    const resource = `${request.method} ${request.path.slice(BASE.length)}`;
    switch (resource) {
      case 'GET /metadata':
        return fhirJson(200, capabilities(now()));
      case 'GET /MessageDefinition':
        return searchset(
          [['urn:uuid:00000000-0000-4000-8000-000000000001', bookingDefinition(now())]],
          1,
          [],
        );
      case 'GET /Slot':
        return searchSlots(diary, parties, request, { pageSize });
      case 'GET /Appointment':
        return patientAppointments(diary, parties, request, { pageSize });
      case 'POST /$process-message':
        return processMessage(parties, request);
      default: {
        const [, id] = ONE_APPOINTMENT.exec(request.path.slice(BASE.length)) ?? [];
        if (request.method === 'GET' && id !== undefined)
          return readAppointment(diary, parties, decodeURIComponent(id));
        return outcome(404, 'NOT_FOUND', 'not-found', 'No such resource');
      }
    }
  }

  return {
    identify(request): FaultTarget {
      const operation = operationOf(request);
      const slotId =
        operation === 'BOOK'
          ? slotNumberOf(/"Slot\/(slot-[0-9]+)"/.exec(request.body)?.[1] ?? '')
          : undefined;
      const isFurtherPage = request.query.has('_page');
      return { operation, practice: targetOf(request), slotId, isFurtherPage };
    },
    answer(request) {
      if (`${request.method} ${request.path}` === 'POST /oauth2/token') return issueToken(request);
      if (!request.path.startsWith(BASE)) return outcome(404, 'NOT_FOUND', 'not-found', 'No such resource');
      const parties = admit(request);
      return 'status' in parties ? parties : answer(parties, request);
    },
    failure(status) {
      const [code, issue] = FAILURES[status] ?? ['REC_SERVER_ERROR', 'exception'];
      return outcome(status, code, issue, 'It did not work');
    },
    paged: ['SEARCH', 'READ'],
    expireSessions: expire,
  };
}

function operationOf({ method, path, body }: WireRequest): SimulatedOperation {
  if (path === '/oauth2/token') return 'SESSION';
  const resource = path.slice(BASE.length);
  if (resource === '/Slot') return 'SEARCH';
  if (resource === '/$process-message') return body.includes('"code":"update"') ? 'CANCEL' : 'BOOK';
  return method === 'GET' && resource.startsWith('/Appointment') ? 'READ' : 'OTHER';
}

function capabilities(now: Date): CapabilityStatement {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: now.toISOString(),
    kind: 'instance',
    fhirVersion: '4.0.1',
    format: ['application/fhir+json'],
    rest: [{ mode: 'server', resource: [{ type: 'Slot' }, { type: 'Appointment' }] }],
  };
}

function bookingDefinition(now: Date): MessageDefinition {
  return {
    resourceType: 'MessageDefinition',
    status: 'active',
    date: now.toISOString(),
    eventCoding: { system: 'https://fhir.nhs.uk/CodeSystem/message-events-bars', code: 'booking-request' },
  };
}
