import { z } from 'zod';

/** `problem` is an expected refusal, which has a screen of its own. */
export type Result<T, P> = { ok: true; value: T } | { ok: false; problem: P };

const Named = z.object({ __typename: z.string() });

/** Reads a member of a result union: the one of success by its type's name, any other as a problem. */
export function resultOf<T, P>(
  member: unknown,
  success: { typeName: string; value: z.ZodType<T> },
  problem: z.ZodType<P>,
): Result<T, P> {
  const { __typename } = Named.parse(member);
  return __typename === success.typeName
    ? { ok: true, value: success.value.parse(member) }
    : { ok: false, problem: problem.parse(member) };
}
