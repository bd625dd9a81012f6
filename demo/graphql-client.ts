import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Sends the front end's documents (`schema/operations`) to the API, as a front end would. */
export type GraphqlClient = <T>(operation: string, variables: object, data: z.ZodType<T>) => Promise<T>;

const Answer = z.object({
  data: z.unknown(),
  errors: z.array(z.object({ message: z.string() })).optional(),
});

/** @param token a bearer token; undefined asks anonymously. */
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
    if (answer.errors !== undefined)
      throw new Error(`${operation} failed: ${answer.errors.map(({ message }) => message).join(' ')}`);
    return data.parse(answer.data);
  };
}
