import { Directive, Field, InterfaceType, ObjectType, registerEnumType } from 'type-graphql';
import { instance } from './instance';

/**
 * Expected outcomes that are not the wished-for one are data: members of a result union, each implementing `Problem`.
 * Top-level GraphQL errors are left for bugs, limits and malformed requests (docs/api.md, errors).
 */
export enum ProblemCode {
  NOT_FOUND = 'NOT_FOUND',
  EXPIRED = 'EXPIRED',
  STALE = 'STALE',
  INVALID_INPUT = 'INVALID_INPUT',
  NOT_ALLOWED = 'NOT_ALLOWED',
  NOT_AVAILABLE = 'NOT_AVAILABLE',
  UPSTREAM_FAILED = 'UPSTREAM_FAILED',
  LIMIT_REACHED = 'LIMIT_REACHED',
}
registerEnumType(ProblemCode, {
  name: 'ProblemCode',
  description: 'Stable; clients decide by it, never by the message.',
});

// The members belong to several subgraphs in one process: each lists its own.
@InterfaceType({
  autoRegisterImplementations: false,
  description: 'An expected outcome other than the wished-for one.',
})
export abstract class Problem {
  @Field(() => ProblemCode)
  code!: ProblemCode;

  @Field(() => String, { description: 'In plain English, says what to do; may be shown to the person.' })
  message!: string;
}

@Directive('@shareable')
@ObjectType({ implements: Problem })
export class NotAllowed extends Problem {}

@Directive('@shareable')
@ObjectType()
export class FieldProblem {
  @Field(() => String, { description: 'For example input.place.postcode.' })
  path!: string;

  @Field(() => String)
  message!: string;
}

@Directive('@shareable')
@ObjectType({ implements: Problem })
export class InvalidInput extends Problem {
  @Field(() => [FieldProblem])
  fields!: FieldProblem[];
}

export function notAllowed(message: string): NotAllowed {
  return instance(NotAllowed, { code: ProblemCode.NOT_ALLOWED, message });
}

/** @param fields path to message; all problems at once. */
export function invalidInput(fields: Record<string, string>): InvalidInput {
  return instance(InvalidInput, {
    code: ProblemCode.INVALID_INPUT,
    message: 'Some of what was sent cannot be used; see fields.',
    fields: Object.entries(fields).map(([path, message]) => instance(FieldProblem, { path, message })),
  });
}
