import type { GraphQLFormattedError } from 'graphql';
import { asGraphQLError } from '../execution/as-graphql-error';
import type { Answer } from '../execution/answer';
import type { ErrorCode, RequestRefusal } from '../error-codes';
import type { ErrorMask, FailedRequest } from '../error-mask';
import type { OperationCost } from '../gateway-context';

/** Formats the answer to an operation as JSON. Includes its cost, so that they can stay within their budget. */
export function formatAnswer(
  answer: Answer,
  cost: OperationCost,
  mask: ErrorMask,
  request: FailedRequest,
): string {
  // Errors first, so that nobody who reads a log or a terminal overlooks them.
  const sent = {
    errors: answer.errors?.map((error) => mask(formattedError(error), error, request)),
    data: answer.data,
    extensions: { ...answer.extensions, cost },
  };
  return `${JSON.stringify(sent)}\n`;
}

/** Formats a refusal as JSON, for a request of which nothing was executed. */
export function formatRefusal({ message, code, errors, reason }: RequestRefusal): string {
  return `${JSON.stringify({ errors: errors ?? [refusedError(message, code, reason)] })}\n`;
}

function refusedError(message: string, code: ErrorCode, reason: string | undefined): GraphQLFormattedError {
  return { message, extensions: reason === undefined ? { code } : { code, reason } };
}

function formattedError(error: Error): GraphQLFormattedError {
  const { message, path, locations, extensions } = asGraphQLError(error).toJSON();
  return {
    message,
    path,
    locations,
    extensions: { ...extensions, code: extensions?.code ?? 'INTERNAL_SERVER_ERROR' },
  };
}
