import type { ServerResponse } from 'node:http';

/** Aborted when whoever asked does not wait for the answer any more. */
export function abortedUnlessAnswered(response: ServerResponse): AbortController {
  const controller = new AbortController();
  const abortUnlessAnswered = () => {
    if (!response.writableFinished) controller.abort();
  };
  if (response.closed) abortUnlessAnswered();
  else response.once('close', abortUnlessAnswered);
  return controller;
}
