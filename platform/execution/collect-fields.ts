import {
  isAbstractType,
  isCompositeType,
  isUnionType,
  Kind,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type SelectionSetNode,
} from 'graphql';
import { isIncluded, type ConditionValues } from './conditions';
import type { Fragments } from './fragments';

/** One entry of an object in an answer: all its selections, wherever in the operation they are. */
export interface CollectedField {
  responseName: string;
  /** The first selection with the response name, then those merged into it. */
  nodes: [FieldNode, ...FieldNode[]];
  /** The type whose field the first selection names: the object's own, or an interface that it implements. */
  parentType: GraphQLCompositeType;
}

/** The document and the conditions under which its selections are collected. */
export interface CollectContext {
  schema: GraphQLSchema;
  fragments: Fragments;
  conditions: ConditionValues;
}

/**
 * Collects the fields of an object in the order of the answer: https://spec.graphql.org/October2021/#CollectFields().
 * @param declaredType the type for which the selection sets are written
 * @param actualType the type of the object
 */
export function collectFields(
  selectionSets: readonly SelectionSetNode[],
  declaredType: GraphQLCompositeType,
  actualType: GraphQLCompositeType,
  context: CollectContext,
): CollectedField[] {
  const collection: Collection = { ...context, actualType, fields: new Map(), visitedFragments: new Set() };
  for (const selectionSet of selectionSets) collect(selectionSet, declaredType, collection);
  return [...collection.fields.values()];
}

/** The selection sets of a field's value: those of all its selections are merged. */
export function selectionSetsOf(nodes: readonly FieldNode[]): SelectionSetNode[] {
  return nodes.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]));
}

interface Collection extends CollectContext {
  actualType: GraphQLCompositeType;
  fields: Map<string, CollectedField>;
  visitedFragments: Set<string>;
}

function collect(
  { selections }: SelectionSetNode,
  parentType: GraphQLCompositeType,
  collection: Collection,
): void {
  for (const selection of selections) {
    if (!isIncluded(selection.directives ?? [], collection.conditions)) continue;
    switch (selection.kind) {
      case Kind.FIELD:
        add(selection, parentType, collection.fields);
        break;
      case Kind.INLINE_FRAGMENT:
        collectFragment(selection, parentType, collection);
        break;
      case Kind.FRAGMENT_SPREAD: {
        const name = selection.name.value;
        const fragment = collection.fragments.get(name);
        if (fragment === undefined || collection.visitedFragments.has(name)) break;
        collection.visitedFragments.add(name);
        collectFragment(fragment, parentType, collection);
      }
    }
  }
}

type Fragment = Pick<InlineFragmentNode, 'typeCondition' | 'selectionSet'>;

function collectFragment(
  { typeCondition, selectionSet }: Fragment,
  parentType: GraphQLCompositeType,
  collection: Collection,
): void {
  if (typeCondition === undefined) return collect(selectionSet, parentType, collection);
  const condition = collection.schema.getType(typeCondition.name.value);
  if (isCompositeType(condition) && fragmentTypeApplies(condition, collection))
    collect(selectionSet, condition, collection);
}

/** https://spec.graphql.org/October2021/#DoesFragmentTypeApply() */
function fragmentTypeApplies(condition: GraphQLCompositeType, { actualType, schema }: Collection): boolean {
  if (condition === actualType) return true;
  return isAbstractType(condition) && !isUnionType(actualType) && schema.isSubType(condition, actualType);
}

function add(node: FieldNode, parentType: GraphQLCompositeType, fields: Map<string, CollectedField>): void {
  const responseName = (node.alias ?? node.name).value;
  const known = fields.get(responseName);
  if (known === undefined) fields.set(responseName, { responseName, nodes: [node], parentType });
  else known.nodes.push(node);
}
