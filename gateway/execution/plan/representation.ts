import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import { isAbstractType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';
import { isData, type Data } from '../data';
import { isInheritedName } from '../../../platform/execution/inherited-names';
import { NotCompiled } from '../not-compiled';
import { mergeData } from './merge-data';

/**
 * Makes the representation of an object for another subgraph: `__typename`, keys and `@requires` fields. Returns null when one
 * of them is missing, because fetching it failed.
 * https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec
 */
export type Picker = (source: Data) => Data | null;

/** Adds to what was picked. Returns false when a field is missing, so that nothing of the selection may be used. */
type Part = (source: Data, picked: Data) => boolean;

/** @param schema the whole supergraph: required fields may be hidden from clients */
export function picker(selections: readonly QueryPlanSelectionNode[], schema: GraphQLSchema): Picker {
  const parts = selections.map((selection) => part(selection, schema));
  return (source) => {
    const picked: Data = {};
    for (const add of parts) if (!add(source, picked)) return null;
    return picked;
  };
}

function part(selection: QueryPlanSelectionNode, schema: GraphQLSchema): Part {
  switch (selection.kind) {
    case 'Field': {
      const { alias, name, selections } = selection;
      return fieldPart(alias ?? name, selections && picker(selections, schema));
    }
    case 'InlineFragment': {
      const { typeCondition, selections } = selection;
      if (typeCondition === undefined) throw new NotCompiled('plan-node');
      return fragmentPart(matcher(typeCondition, schema), picker(selections, schema));
    }
  }
}

function fieldPart(name: string, pick: Picker | undefined): Part {
  if (isInheritedName(name)) throw new NotCompiled('prototype-name');
  return (source, picked) => {
    const value = source[name];
    if (value === undefined) return false;
    picked[name] = pick === undefined ? value : within(value, pick);
    return true;
  };
}

function within(value: unknown, pick: Picker): unknown {
  if (Array.isArray(value)) return value.map((element) => (isData(element) ? pick(element) : null));
  return isData(value) ? pick(value) : null;
}

function fragmentPart(matches: (typename: unknown) => boolean, pick: Picker): Part {
  return (source, picked) => {
    if (!matches(source.__typename)) return true;
    const more = pick(source);
    if (more !== null) mergeData(picked, more);
    return true;
  };
}

/** Makes a test for type names: true for those to which a fragment on the condition applies. */
function matcher(condition: string, schema: GraphQLSchema): (typename: unknown) => boolean {
  const conditionType = schema.getType(condition);
  const matching = new Set([condition]);
  if (isAbstractType(conditionType))
    for (const type of Object.values(schema.getTypeMap()))
      if ((isObjectType(type) || isInterfaceType(type)) && schema.isSubType(conditionType, type))
        matching.add(type.name);
  return (typename) => typeof typename === 'string' && matching.has(typename);
}
