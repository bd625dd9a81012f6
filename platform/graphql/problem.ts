import { Directive, Field, InterfaceType, ObjectType, registerEnumType } from 'type-graphql';
import {
  FIELD_PROBLEM_CODES,
  type FieldFault,
  type FieldFaults,
  type FieldProblemCode,
} from '../../domain/messages/field-problem-codes';
import { fieldMessage, problemMessage } from '../../domain/messages/messages';
import {
  PROBLEM_CODES,
  type ProblemCode,
  type ProblemParameters,
  type WordedProblem,
} from '../../domain/messages/problem-codes';
import { create } from './create';

/**
 * Expected outcomes other than success are data: members of a result union, each implementing `Problem`.
 * Top-level GraphQL errors are left for bugs, limits and malformed requests (docs/api.md, errors).
 */
export const ProblemCodeEnum = enumOf(PROBLEM_CODES);
registerEnumType(ProblemCodeEnum, {
  name: 'ProblemCode',
  description:
    'Stable; clients decide by it, never by the message. Each has one next step: docs/errors.md. Values may be added.',
});

const FieldProblemCodeEnum = enumOf(FIELD_PROBLEM_CODES);
registerEnumType(FieldProblemCodeEnum, {
  name: 'FieldProblemCode',
  description: 'Code of a problem with a field: docs/errors.md. Values may be added.',
});

// The members belong to several subgraphs in one process: each lists its own.
@InterfaceType({
  autoRegisterImplementations: false,
  description: 'An expected outcome other than success.',
})
export abstract class Problem {
  @Field(() => ProblemCodeEnum)
  code!: ProblemCode;

  @Field(() => String, {
    description:
      'In plain English, says what to do. Whether the code has one that may be shown to the person is in docs/errors.md.',
  })
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

  @Field(() => FieldProblemCodeEnum)
  code!: FieldProblemCode;

  @Field(() => String, {
    description: 'In plain English, to be shown beside the field where docs/errors.md says so.',
  })
  message!: string;
}

@Directive('@shareable')
@ObjectType({ implements: Problem })
export class InvalidInput extends Problem {
  @Field(() => [FieldProblem])
  fields!: FieldProblem[];
}

/** The code of a problem, with its message from the catalogue (domain/messages). */
export function problem<Code extends WordedProblem>(
  code: Code,
  parameters: ProblemParameters[Code],
): { code: Code; message: string } {
  return { code, message: problemMessage(code, parameters) };
}

/** Reason for refusing a caller. */
export type NotAllowedReason =
  | 'SIGN_IN_REQUIRED'
  | 'IDENTITY_PROOF_REQUIRED'
  | 'CANNOT_ACT_FOR_PERSON'
  | 'OFFER_BEFORE_SIGN_IN'
  | 'OFFER_FOR_ANOTHER'
  | 'NOT_THE_PERSON_CHECKED'
  | 'CHECK_USED_FOR_ANOTHER'
  | 'LATER_THAN_NEEDED'
  | 'NOT_REGISTERED_THERE'
  | 'HOLD_NOT_FOUND'
  | 'SAME_TIME'
  | 'CHANGE_UNDER_WAY'
  | 'NOT_YOUR_PRACTICE'
  | 'MANAGER_ROLE_REQUIRED'
  | 'ALLOWANCE_USED';

export function notAllowed(code: NotAllowedReason): NotAllowed {
  return create(NotAllowed, problem(code, {}));
}

/** @param allowed the callers that it is for, for example "operators". */
export function roleNotAllowed(allowed: string): NotAllowed {
  return create(NotAllowed, problem('ROLE_NOT_ALLOWED', { allowed }));
}

/** @param faults all problems at once. */
export function invalidInput(faults: FieldFaults): InvalidInput {
  return create(InvalidInput, {
    ...problem('INVALID_INPUT', {}),
    fields: Object.entries(faults).map(([path, fault]) => fieldProblem(path, fault)),
  });
}

function fieldProblem(path: string, fault: FieldFault): FieldProblem {
  return create(FieldProblem, { path, code: fault.code, message: fieldMessage(fault) });
}

/** Builds the object that type-graphql takes for an enum: each value by its own name. */
function enumOf(codes: readonly string[]): Record<string, string> {
  return Object.fromEntries(codes.map((code) => [code, code]));
}
