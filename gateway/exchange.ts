import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuditedRequest } from './audit/auditor';
import type { FederatedOperation } from './execution/federated-operation';
import type { Admitted } from './limits/request-guards';
import type { RequestContext } from './request-context';
import type { ReceivedRequest } from './request/read-request';

/** One HTTP request with its answer and context. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  received: ReceivedRequest;
  context: RequestContext;
  about: AuditedRequest;
}

/** An operation that may be executed. */
export interface AdmittedOperation {
  operation: FederatedOperation;
  admitted: Admitted;
  /** Name of the published document; null: the document is not published. */
  published: string | null;
}
