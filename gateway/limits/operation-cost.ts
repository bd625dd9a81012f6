import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  Kind,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLSchema,
  OperationTypeNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf } from '../../platform/execution/fragments';
import { z } from 'zod';
import { declaredOnFields, type ArgumentsOf } from './declared';

type Variables = Record<string, unknown>;

/** Estimates the cost of an operation with these variables; 1 is one object made. */
export type Cost = (variables: Variables) => number;

/** Finds what operations may cost at most, from `@cost` and `@listSize` in the supergraph. */
export type OperationCosts = (operation: OperationDefinitionNode, document: DocumentNode) => Cost;

interface FieldCost {
  weight: number | undefined;
  assumedSize: number | undefined;
  slicingArguments: readonly string[];
  /** Lists within the object that the field answers, whose sizes its slicing arguments say. */
  sizedFields: readonly string[];
}

/** Lists within an object whose size its own field determines. */
interface SizedLists {
  names: readonly string[];
  size: Cost;
}

/** Length assumed for a list on which the schema states nothing. */
const UNKNOWN_SIZE = 10;
/** Longest list that is estimated: a request for more is refused by the field itself. */
const LONGEST = 1_000_000;
const MUTATION_WEIGHT = 10;

/**
 * Static cost in the manner of https://ibm.github.io/graphql-specs/cost-spec.html: a field that makes an object costs 1, or its
 * `@cost`, and all within it as often as its list may be long. A member of a union counts as if all were answered.
 */
export function operationCosts(supergraphSdl: string, api: GraphQLSchema): OperationCosts {
  const declared = declaredOnFields(supergraphSdl, costOf);

  return (operation, document) => {
    const fragments = fragmentsOf(document);
    const root = api.getRootType(operation.operation);
    if (root === null || root === undefined) return () => 0;
    const base = operation.operation === OperationTypeNode.MUTATION ? MUTATION_WEIGHT : 0;
    const selections = costOfSelections(operation.selectionSet, root);
    const defaults = defaultsOf(operation);
    return (variables) => base + selections({ ...defaults, ...variables });

    function costOfSelections(
      { selections }: SelectionSetNode,
      parent: GraphQLCompositeType,
      sized?: SizedLists,
    ): Cost {
      const costs = selections.map((selection): Cost => {
        if (selection.kind === Kind.FIELD) return costOfField(selection, parent, sized);
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        if (fragment === undefined) return free;
        const condition = fragment.typeCondition && api.getType(fragment.typeCondition.name.value);
        return costOfSelections(
          fragment.selectionSet,
          isCompositeType(condition) ? condition : parent,
          sized,
        );
      });
      return sumOf(costs);
    }

    function costOfField(field: FieldNode, parent: GraphQLCompositeType, sized?: SizedLists): Cost {
      const definition = 'getFields' in parent ? parent.getFields()[field.name.value] : undefined;
      if (definition === undefined) return free;
      const type = getNamedType(definition.type);
      const facts = declared.get(`${parent.name}.${field.name.value}`);
      const isObject = isCompositeType(type);
      const weight = facts?.weight ?? (isObject ? 1 : 0);
      const within: SizedLists | undefined =
        facts === undefined || facts.sizedFields.length === 0
          ? undefined
          : { names: facts.sizedFields, size: sizeReader(field, definition.args, facts) };
      const inner =
        isObject && field.selectionSet !== undefined
          ? costOfSelections(field.selectionSet, type, within)
          : free;
      if (!isListType(getNullableType(definition.type)))
        return inner === free ? constant(weight) : (variables) => weight + inner(variables);
      const sizeOf = sized?.names.includes(field.name.value)
        ? sized.size
        : sizeReader(field, definition.args, facts);
      return (variables) => weight + sizeOf(variables) * (inner(variables) + (isObject ? 1 : 0));
    }
  };
}

const free: Cost = () => 0;

function constant(cost: number): Cost {
  return cost === 0 ? free : () => cost;
}

function sumOf(costs: readonly Cost[]): Cost {
  const some = costs.filter((cost) => cost !== free);
  if (some.length === 0) return free;
  return (variables) => some.reduce((total, cost) => total + cost(variables), 0);
}

/** Reads the length of a list: the size that the client asks for, else the one that the schema assumes. */
function sizeReader(
  field: FieldNode,
  args: readonly GraphQLArgument[],
  facts: FieldCost | undefined,
): (variables: Variables) => number {
  const assumed = facts?.assumedSize ?? UNKNOWN_SIZE;
  const sizes = (facts?.slicingArguments ?? []).map((name) => {
    const argumentValue = field.arguments?.find((argument) => argument.name.value === name)?.value;
    const fallback = args.find((argument) => argument.name === name)?.defaultValue;
    return (variables: Variables) => {
      const value = argumentValue === undefined ? fallback : valueFromASTUntyped(argumentValue, variables);
      return typeof value === 'number' && value > 0 ? Math.min(value, LONGEST) : assumed;
    };
  });
  if (sizes.length === 0) return () => assumed;
  return (variables) => Math.max(...sizes.map((size) => size(variables)));
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Variables {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)]],
    ),
  );
}

const Weight = z.object({ weight: z.coerce.number() });
const ListSize = z.object({
  assumedSize: z.number().optional(),
  slicingArguments: z.array(z.string()).default([]),
  sizedFields: z.array(z.string()).default([]),
});

function costOf(argumentsOf: ArgumentsOf): FieldCost {
  return {
    weight: Weight.safeParse(argumentsOf('cost')).data?.weight,
    assumedSize: undefined,
    slicingArguments: [],
    sizedFields: [],
    ...ListSize.safeParse(argumentsOf('listSize')).data,
  };
}
