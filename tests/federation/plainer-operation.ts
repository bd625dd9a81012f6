import {
  getNamedType,
  isCompositeType,
  isObjectType,
  Kind,
  parse,
  print,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { GeneratedOperation } from './generated-operation';

/** Replacement for a selection set that would be empty. */
const NOTHING = parse('{ __typename @skip(if: true) }').definitions.flatMap((definition) =>
  definition.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [],
);

/**
 * The same operation, with fragments in place, and without those conditions on types that an object's own type has settled: in
 * `file { ... on Entry { ... on File { id } } }` a File is a File
 * (https://spec.graphql.org/October2021/#DoesFragmentTypeApply()).
 */
export function plainerOperation(
  schema: GraphQLSchema,
  { text, variables }: GeneratedOperation,
): GeneratedOperation {
  const { definitions } = parse(text);
  const fragments = new Map(
    definitions.flatMap((definition): [string, FragmentDefinitionNode][] =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );

  function plainer({ selections, ...set }: SelectionSetNode, on: GraphQLCompositeType): SelectionSetNode {
    const left = selections.flatMap((selection) => plainerSelection(selection, on));
    return { ...set, selections: left.length === 0 ? NOTHING : left };
  }

  function plainerSelection(selection: SelectionNode, on: GraphQLCompositeType): SelectionNode[] {
    switch (selection.kind) {
      case Kind.FIELD: {
        const field = 'getFields' in on ? on.getFields()[selection.name.value] : undefined;
        const type = field && getNamedType(field.type);
        if (selection.selectionSet === undefined || !isCompositeType(type)) return [selection];
        return [{ ...selection, selectionSet: plainer(selection.selectionSet, type) }];
      }
      case Kind.FRAGMENT_SPREAD: {
        const { typeCondition, selectionSet } = fragments.get(selection.name.value)!;
        const { directives } = selection;
        return plainerFragment({ kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet }, on);
      }
      case Kind.INLINE_FRAGMENT:
        return plainerFragment(selection, on);
    }
  }

  function plainerFragment(
    { typeCondition, ...fragment }: InlineFragmentNode,
    on: GraphQLCompositeType,
  ): SelectionNode[] {
    const wanted = typeCondition === undefined ? on : schema.getType(typeCondition.name.value);
    if (!isCompositeType(wanted)) throw new Error('A fragment is on a composite type.');
    if (!isObjectType(on))
      return [{ ...fragment, typeCondition, selectionSet: plainer(fragment.selectionSet, wanted) }];
    const applies = isObjectType(wanted) ? wanted === on : schema.isSubType(wanted, on);
    return applies ? [{ ...fragment, selectionSet: plainer(fragment.selectionSet, on) }] : [];
  }

  const plain = definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return [];
    const root = schema.getRootType(definition.operation);
    return [{ ...definition, selectionSet: plainer(definition.selectionSet, root!) }];
  });
  return { text: plain.map(print).join('\n'), variables };
}
