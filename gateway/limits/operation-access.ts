import {
  getNamedType,
  isCompositeType,
  isUnionType,
  Kind,
  type DirectiveNode,
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { Access, mayAsk, namesOf, whyNotAsk } from '../../domain/access';
import type { Caller } from '../../domain/caller';
import type { Refusal } from '../error-codes';
import { isIncluded, type ConditionValues } from '../execution/conditions';
import { fragmentsOf } from '../execution/fragments-of';
import { declaredOnFields } from './declared';

/**
 * Why this caller may not ask for an operation; null where they may.
 * @param conditionsOf what its conditions come to; null where one is no Boolean.
 */
export type AccessCheck = (caller: Caller, conditionsOf: () => ConditionValues | null) => Refusal | null;

/** Finds what operations ask for that is for some callers only, from `@access` in the supergraph. */
export type OperationAccess = (operation: OperationDefinitionNode, document: DocumentNode) => AccessCheck;

/** A field that an operation asks for, under conditions of which all have to hold. */
interface Guarded {
  coordinate: string;
  access: Access;
  conditions: readonly DirectiveNode[];
}

/**
 * Refuses before anything is executed; the owning subgraph refuses as well, and alone where the answer is the caller's
 * own, or says as data that it is not allowed.
 */
export function operationAccess(supergraphSdl: string, api: GraphQLSchema): OperationAccess {
  const declared = declaredAccess(supergraphSdl);

  return (operation, document) => {
    const fragments = fragmentsOf(document);
    const root = api.getRootType(operation.operation);
    const guarded: Guarded[] = [];
    if (root !== undefined && root !== null) collect(operation.selectionSet, root, []);
    return (caller, conditionsOf) => {
      const notTheirs = guarded.filter(({ access }) => !mayAsk(access, caller));
      const values = notTheirs.length === 0 ? null : conditionsOf();
      // Where nothing is known of the conditions, everything may be asked for.
      const first = notTheirs.find(({ conditions }) => values === null || isIncluded(conditions, values));
      return first ? refusal(first, caller) : null;
    };

    function collect(
      { selections }: SelectionSetNode,
      parent: GraphQLCompositeType,
      above: readonly DirectiveNode[],
    ): void {
      for (const selection of selections) {
        const conditions = [...above, ...(selection.directives ?? [])];
        if (selection.kind === Kind.FIELD) {
          const field = 'getFields' in parent ? parent.getFields()[selection.name.value] : undefined;
          if (field === undefined) continue;
          const type = getNamedType(field.type);
          const coordinate = `${parent.name}.${field.name}`;
          const access = declared.get(coordinate);
          if (access !== undefined && !saysSoAsData(type)) guarded.push({ coordinate, access, conditions });
          if (selection.selectionSet && isCompositeType(type))
            collect(selection.selectionSet, type, conditions);
          continue;
        }
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        if (fragment === undefined) continue;
        const condition = fragment.typeCondition && api.getType(fragment.typeCondition.name.value);
        collect(fragment.selectionSet, isCompositeType(condition) ? condition : parent, conditions);
      }
    }
  };
}

/** By `Type.field`; what is not there is for everybody. */
export function declaredAccess(supergraphSdl: string): ReadonlyMap<string, Access> {
  return declaredOnFields(supergraphSdl, (argumentsOf) => Access.optional().parse(argumentsOf('access')));
}

function saysSoAsData(type: GraphQLNamedType): boolean {
  return isUnionType(type) && type.getTypes().some(({ name }) => name === 'NotAllowed');
}

function refusal({ coordinate, access }: Guarded, caller: Caller): Refusal {
  const message = `${coordinate} is for ${namesOf(access)}.`;
  return { code: 'FORBIDDEN', message, reason: whyNotAsk(caller) };
}
