import {
  isAbstractType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
  isCompositeType,
  isUnionType,
} from 'graphql';
import { NotCompiled, refuseInheritedName } from '../not-compiled';

/** One field of an answer, wherever in the operation it was asked for. */
export interface SelectedField {
  responseName: string;
  name: string;
  type: GraphQLOutputType;
  /** What is asked of its value; empty for scalars and enums. */
  selectionSets: SelectionSetNode[];
}

export interface Selecting {
  /** What clients see. */
  schema: GraphQLSchema;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Whether `@skip` and `@include` let a selection through. */
  isIncluded(directives: readonly DirectiveNode[]): boolean;
}

/**
 * The fields that an object of a type is asked for, in the order of the answer.
 * https://spec.graphql.org/October2021/#CollectFields()
 * @param declared the type that the selection sets are written for
 * @param actual the object's own type
 * @throws NotCompiled
 */
export function selectedFields(
  selectionSets: readonly SelectionSetNode[],
  declared: GraphQLCompositeType,
  actual: GraphQLCompositeType,
  on: Selecting,
): SelectedField[] {
  const fields = new Map<string, SelectedField>();
  for (const selectionSet of selectionSets) collect(selectionSet, declared, actual, on, fields);
  return [...fields.values()];
}

function collect(
  { selections }: SelectionSetNode,
  declared: GraphQLCompositeType,
  actual: GraphQLCompositeType,
  on: Selecting,
  fields: Map<string, SelectedField>,
): void {
  for (const selection of selections) {
    if (!on.isIncluded(selection.directives ?? [])) continue;
    switch (selection.kind) {
      case Kind.FIELD:
        add(selection, declared, on.schema, fields);
        break;
      case Kind.INLINE_FRAGMENT:
      case Kind.FRAGMENT_SPREAD: {
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : on.fragments.get(selection.name.value);
        if (fragment === undefined) break;
        const condition = fragment.typeCondition && on.schema.getType(fragment.typeCondition.name.value);
        const type = isCompositeType(condition) ? condition : declared;
        if (condition === undefined || applies(type, actual, on.schema))
          collect(fragment.selectionSet, type, actual, on, fields);
      }
    }
  }
}

function applies(
  condition: GraphQLCompositeType,
  actual: GraphQLCompositeType,
  schema: GraphQLSchema,
): boolean {
  if (condition === actual) return true;
  return isAbstractType(condition) && !isUnionType(actual) && schema.isSubType(condition, actual);
}

function add(
  node: FieldNode,
  parent: GraphQLCompositeType,
  schema: GraphQLSchema,
  fields: Map<string, SelectedField>,
): void {
  const name = node.name.value;
  const responseName = node.alias?.value ?? name;
  refuseInheritedName(responseName);
  const known = fields.get(responseName);
  const selectionSets = node.selectionSet === undefined ? [] : [node.selectionSet];
  if (known !== undefined) known.selectionSets.push(...selectionSets);
  else fields.set(responseName, { responseName, name, type: typeOf(name, parent), selectionSets });
}

function typeOf(name: string, parent: GraphQLCompositeType): GraphQLOutputType {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef.type;
  if (name === SchemaMetaFieldDef.name || name === TypeMetaFieldDef.name)
    throw new NotCompiled('introspection');
  const field = isUnionType(parent) ? undefined : parent.getFields()[name];
  // Validation has seen to it that there is one.
  if (field === undefined) throw new NotCompiled('plan-node');
  return field.type;
}
