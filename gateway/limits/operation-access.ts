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
import { isIncluded, type ConditionValues } from '../../platform/execution/conditions';
import { fragmentsOf } from '../../platform/execution/fragments';
import type { RequestRefusal } from '../error-codes';
import { declaredOnFields } from './declared';
import { DEVELOPERS_EN_GB } from '../../domain/messages/developers.en-gb';

/**
 * Returns the reason for refusing this caller an operation; null when it is allowed.
 * @param conditionsOf evaluates its conditions; null where one is not a Boolean.
 */
export type AccessCheck = (
  caller: Caller,
  conditionsOf: () => ConditionValues | null,
) => RequestRefusal | null;

/** Finds the fields of an operation that are for some callers only, by `@access` in the supergraph. */
export type OperationAccess = (operation: OperationDefinitionNode, document: DocumentNode) => AccessCheck;

/** A field that an operation selects, under conditions that all have to hold. */
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

/** Returns access rules by `Type.field`; a field that is absent is for everybody. */
export function declaredAccess(supergraphSdl: string): ReadonlyMap<string, Access> {
  return declaredOnFields(supergraphSdl, (argumentsOf) => Access.optional().parse(argumentsOf('access')));
}

function saysSoAsData(type: GraphQLNamedType): boolean {
  return isUnionType(type) && type.getTypes().some(({ name }) => name === 'NotAllowed');
}

function refusal({ coordinate, access }: Guarded, caller: Caller): RequestRefusal {
  const message = DEVELOPERS_EN_GB.FORBIDDEN.FIELD({ field: coordinate, allowed: namesOf(access) });
  return { code: 'FORBIDDEN', message, reason: whyNotAsk(caller) };
}
