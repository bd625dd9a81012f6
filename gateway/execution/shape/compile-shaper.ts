import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  isAbstractType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLAbstractType,
  type GraphQLCompositeType,
  type GraphQLEnumType,
  type GraphQLInterfaceType,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { isData, type Data } from '../data';
import { NotCompiled } from '../not-compiled';
import { generatedFunction } from './generated-function';
import { selectedFields, type SelectedField, type Selecting } from './selected-fields';

/**
 * Takes of everything that was fetched what the client asked for, in that order.
 * Null when some value is not what its type allows, missing ones included: then nulls have to be propagated and
 * reported, which is left to Apollo's shaper.
 */
export type Shaper = (fetched: Data) => Data | null;

/** Beyond this, generated text costs more memory than it saves time. */
const MAX_VARIANTS = 500;

/**
 * Generates one function for an operation: a literal for each object, a check for each value.
 * @throws NotCompiled
 */
export function compileShaper(
  root: GraphQLObjectType,
  selectionSet: SelectionSetNode,
  on: Selecting,
): Shaper {
  const text = shaperText(on);
  const entry = text.variant([selectionSet], root, root);
  const shape = generatedFunction(text.constants, `${text.functions.join('\n')}\nreturn ${entry};`);
  return (fetched) => {
    try {
      const shaped = shape(fetched);
      return isData(shaped) ? shaped : null;
    } catch (error) {
      if (error === INVALID) return null;
      throw error;
    }
  };
}

/** Thrown, not made, for each invalid value: where it is does not matter. */
const INVALID = new Error('A value is not what its type allows.');

/** What may be generated for one operation: each object type at each place in it is one function. */
interface ShaperText {
  functions: string[];
  constants: Record<string, unknown>;
  /** @returns the name of the function for objects of the type */
  variant(
    selectionSets: readonly SelectionSetNode[],
    declared: GraphQLCompositeType,
    actual: GraphQLObjectType | GraphQLInterfaceType,
  ): string;
}

function shaperText(on: Selecting): ShaperText {
  const functions: string[] = [];
  const constants: Record<string, unknown> = { INVALID };
  let names = 0;
  const fresh = (kind: string) => `${kind}${names++}`;

  function variant(
    selectionSets: readonly SelectionSetNode[],
    declared: GraphQLCompositeType,
    actual: GraphQLObjectType | GraphQLInterfaceType,
  ): string {
    if (functions.length >= MAX_VARIANTS) throw new NotCompiled('too-many-variants');
    const name = fresh('object');
    const place = functions.push('') - 1;
    const values = selectedFields(selectionSets, declared, actual, on).map((selected) =>
      field(selected, actual),
    );
    const literal = values.map(({ key, value }) => `${key}: ${value}`).join(', ');
    const statements = values.map(({ text }) => text).join('\n');
    functions[place] = `function ${name}(from) {\n${statements}\nreturn { ${literal} };\n}`;
    return name;
  }

  function field({ responseName, name, type, selectionSets }: SelectedField, actual: GraphQLCompositeType) {
    const key = JSON.stringify(responseName);
    // Subgraphs may know a type by another name, or as an interface whose objects they cannot tell apart.
    if (name === '__typename')
      return { key, value: JSON.stringify(actual.name), text: isObjectType(actual) ? '' : 'throw INVALID;' };
    const value = fresh('value');
    return { key, value, text: `let ${value} = from[${key}];\n${complete(type, value, selectionSets)}` };
  }

  /** Statements that turn the variable's value into what the client gets. */
  function complete(
    type: GraphQLOutputType,
    value: string,
    selectionSets: readonly SelectionSetNode[],
  ): string {
    const isMissing = `${value} === undefined || ${value} === null`;
    return isNonNullType(type)
      ? `if (${isMissing}) throw INVALID;\n${present(type.ofType, value, selectionSets)}`
      : `if (${isMissing}) ${value} = null;\nelse {\n${present(type, value, selectionSets)}\n}`;
  }

  function present(
    type: GraphQLOutputType,
    value: string,
    selectionSets: readonly SelectionSetNode[],
  ): string {
    if (isListType(type)) return list(type.ofType, value, selectionSets);
    if (isLeafType(type)) return leaf(type, value);
    if (isObjectType(type)) return object(type, value, selectionSets);
    if (isAbstractType(type)) return abstract(type, value, selectionSets);
    throw new NotCompiled('plan-node');
  }

  function list(type: GraphQLOutputType, value: string, selectionSets: readonly SelectionSetNode[]): string {
    const [made, index, element] = [fresh('list'), fresh('index'), fresh('element')];
    return `if (!Array.isArray(${value})) throw INVALID;
const ${made} = new Array(${value}.length);
for (let ${index} = 0; ${index} < ${made}.length; ${index}++) {
let ${element} = ${value}[${index}];
${complete(type, element, selectionSets)}
${made}[${index}] = ${element};
}
${value} = ${made};`;
  }

  function object(
    type: GraphQLObjectType,
    value: string,
    selectionSets: readonly SelectionSetNode[],
  ): string {
    return `if (typeof ${value} !== "object") throw INVALID;
if (${value}.__typename !== undefined && ${value}.__typename !== ${JSON.stringify(type.name)}) throw INVALID;
${value} = ${variant(selectionSets, type, type)}(${value});`;
  }

  function abstract(
    type: GraphQLAbstractType,
    value: string,
    selectionSets: readonly SelectionSetNode[],
  ): string {
    const cases = possibleTypes(type, on.schema).map(
      (actual) =>
        `case ${JSON.stringify(actual.name)}: ${value} = ${variant(selectionSets, type, actual)}(${value}); break;`,
    );
    return `switch (${value}.__typename) {\n${cases.join('\n')}\ndefault: throw INVALID;\n}`;
  }

  function leaf(type: GraphQLLeafType, value: string): string {
    const isWrong = isEnumType(type) ? enumCheck(type, value) : CHECKS.get(type.name)?.(value);
    return isWrong === undefined ? '' : `if (${isWrong}) throw INVALID;`;
  }

  function enumCheck(type: GraphQLEnumType, value: string): string {
    const names = fresh('names');
    constants[names] = new Set(type.getValues().map(({ name }) => name));
    return `!${names}.has(${value})`;
  }

  return { functions, constants, variant };
}

/** Text that is true for values that the built-in scalars do not take; other scalars take any. */
const CHECKS = new Map<string, (variable: string) => string>([
  [GraphQLString.name, (value) => `typeof ${value} !== "string"`],
  [GraphQLBoolean.name, (value) => `typeof ${value} !== "boolean"`],
  [GraphQLFloat.name, (value) => `!Number.isFinite(${value})`],
  [GraphQLInt.name, (value) => `!Number.isSafeInteger(${value})`],
  [GraphQLID.name, (value) => `typeof ${value} !== "string" && !Number.isSafeInteger(${value})`],
]);

/**
 * What an object may say it is: also an interface, as a subgraph does that has the interface as an object and is not
 * asked for more (https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/entities/interfaces).
 */
function possibleTypes(
  type: GraphQLAbstractType,
  schema: GraphQLSchema,
): (GraphQLObjectType | GraphQLInterfaceType)[] {
  const objects = schema.getPossibleTypes(type);
  return isInterfaceType(type)
    ? [...objects, type, ...schema.getImplementations(type).interfaces]
    : [...objects];
}
