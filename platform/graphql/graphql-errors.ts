import { GraphQLError } from 'graphql';
import type { AccessRefusal } from '../../domain/access';
import type { FieldFaults } from '../../domain/messages/field-problem-codes';
import { fieldMessage } from '../../domain/messages/messages';

/** For fields that have no result union: the operation asked for something that this caller may not have. */
export function forbidden(message: string, reason: AccessRefusal): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'FORBIDDEN', reason } });
}

/**
 * For arguments of fields that have no result union.
 * @param faults at least one; the first one's code is the error's `reason`.
 */
export function badInput(faults: FieldFaults): GraphQLError {
  const all = Object.entries(faults);
  const message = all.map(([path, fault]) => `${path}: ${fieldMessage(fault)}`).join(' ');
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', reason: all[0]?.[1].code } });
}
