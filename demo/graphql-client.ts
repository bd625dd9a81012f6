import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Sends the front end's documents (`schema/operations`) to the API, as a front end would. */
export type GraphqlClient = <T>(operation: string, variables: object, data: z.ZodType<T>) => Promise<T>;

const Answer = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        extensions: z.object({ code: z.string(), reason: z.string().optional() }).optional(),
      }),
    )
    .optional(),
});

/** The API refused the operation, or it failed; codes and reasons are those of docs/api.md. */
export class OperationFailed extends Error {
  constructor(
    operation: string,
    readonly errors: NonNullable<z.infer<typeof Answer>['errors']>,
  ) {
    super(`${operation} failed: ${errors.map(({ message }) => message).join(' ')}`);
    this.name = 'OperationFailed';
  }
}

/** @param token a bearer token; undefined asks anonymously. The client throws OperationFailed. */
export function graphqlClient(url: string, token: string | undefined): GraphqlClient {
  return async (operation, variables, data) => {
    const query = readFileSync(join(__dirname, '..', 'schema', 'operations', `${operation}.graphql`), 'utf8');
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables, operationName: operation }),
    });
    const answer = Answer.parse(await response.json());
    if (answer.errors !== undefined) throw new OperationFailed(operation, answer.errors);
    return data.parse(answer.data);
  };
}
