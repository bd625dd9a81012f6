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
  isUnionType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
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
import {
  collectFields,
  selectionSetsOf,
  type CollectContext,
  type CollectedField,
} from '../../../platform/execution/collect-fields';
import { isData, type Data } from '../data';
import { NotCompiled } from '../not-compiled';
import { generatedFunction } from './generated-function';

/**
 * Selects from the fetched data what the client requested, in that order. Returns null when a value is not what its type allows, missing
 * ones included: then nulls have to be propagated and reported, which is left to Apollo's shaper.
 */
export type Shaper = (fetched: Data) => Data | null;

/** Bounds the generated functions: with more, they cost more memory than they save time. */
const MAX_VARIANTS = 500;

/**
 * Generates one function for an operation: a literal for each object, a check for each value.
 * @param context context with the schema that clients see
 * @throws NotCompiled
 */
export function compileShaper(
  root: GraphQLObjectType,
  selectionSet: SelectionSetNode,
  context: CollectContext,
): Shaper {
  const program: Program = { ...context, functions: [], constants: { INVALID }, names: 0 };
  const entry = variant(program, [selectionSet], root, root);
  const shape = generatedFunction(program.constants, `${program.functions.join('\n')}\nreturn ${entry};`);
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

/** Thrown for every invalid value: where the value stands does not matter, so that no stack has to be captured. */
const INVALID = new Error('A value is not what its type allows.');

/** The text generated for one operation: one function for each object type at each place. */
interface Program extends CollectContext {
  functions: string[];
  constants: Record<string, unknown>;
  /** Number of names generated so far. */
  names: number;
}

function newName(program: Program, kind: string): string {
  return `${kind}${program.names++}`;
}

type SelectionSets = readonly SelectionSetNode[];

/** @returns the name of the function for objects of the actual type */
function variant(
  program: Program,
  selectionSets: SelectionSets,
  declaredType: GraphQLCompositeType,
  actualType: GraphQLObjectType | GraphQLInterfaceType,
): string {
  if (program.functions.length >= MAX_VARIANTS) throw new NotCompiled('too-many-variants');
  const name = newName(program, 'object');
  const index = program.functions.push('') - 1;
  const fields = collectFields(selectionSets, declaredType, actualType, program).map((field) =>
    fieldText(program, field, actualType),
  );
  const literal = fields.map(({ key, value }) => `${key}: ${value}`).join(', ');
  const statements = fields.map(({ text }) => text).join('\n');
  program.functions[index] = `function ${name}(from) {\n${statements}\nreturn { ${literal} };\n}`;
  return name;
}

function fieldText(
  program: Program,
  { responseName, nodes, parentType }: CollectedField,
  actualType: GraphQLCompositeType,
) {
  const name = nodes[0].name.value;
  const key = JSON.stringify(responseName);
  // Subgraphs may know a type by another name, or as an interface whose objects they cannot tell apart.
  if (name === TypeNameMetaFieldDef.name)
    return {
      key,
      value: JSON.stringify(actualType.name),
      text: isObjectType(actualType) ? '' : 'throw INVALID;',
    };
  const value = newName(program, 'value');
  const completion = completeText(program, fieldType(name, parentType), value, selectionSetsOf(nodes));
  return { key, value, text: `let ${value} = from[${key}];\n${completion}` };
}

function fieldType(name: string, parentType: GraphQLCompositeType): GraphQLOutputType {
  if (name === SchemaMetaFieldDef.name || name === TypeMetaFieldDef.name)
    throw new NotCompiled('introspection');
  const field = isUnionType(parentType) ? undefined : parentType.getFields()[name];
  // Validation has made sure that there is one.
  if (field === undefined) throw new NotCompiled('plan-node');
  return field.type;
}

/** Statements that turn the variable's value into what the client gets. */
function completeText(
  program: Program,
  type: GraphQLOutputType,
  value: string,
  selectionSets: SelectionSets,
): string {
  const isMissing = `${value} === undefined || ${value} === null`;
  return isNonNullType(type)
    ? `if (${isMissing}) throw INVALID;\n${presentText(program, type.ofType, value, selectionSets)}`
    : `if (${isMissing}) ${value} = null;\nelse {\n${presentText(program, type, value, selectionSets)}\n}`;
}

function presentText(
  program: Program,
  type: GraphQLOutputType,
  value: string,
  selectionSets: SelectionSets,
): string {
  if (isListType(type)) return listText(program, type.ofType, value, selectionSets);
  if (isLeafType(type)) return leafText(program, type, value);
  if (isObjectType(type)) return objectText(program, type, value, selectionSets);
  if (isAbstractType(type)) return abstractText(program, type, value, selectionSets);
  throw new NotCompiled('plan-node');
}

function listText(
  program: Program,
  type: GraphQLOutputType,
  value: string,
  selectionSets: SelectionSets,
): string {
  const list = newName(program, 'list');
  const index = newName(program, 'index');
  const element = newName(program, 'element');
  return `if (!Array.isArray(${value})) throw INVALID;
const ${list} = new Array(${value}.length);
for (let ${index} = 0; ${index} < ${list}.length; ${index}++) {
let ${element} = ${value}[${index}];
${completeText(program, type, element, selectionSets)}
${list}[${index}] = ${element};
}
${value} = ${list};`;
}

function objectText(
  program: Program,
  type: GraphQLObjectType,
  value: string,
  selectionSets: SelectionSets,
): string {
  return `if (typeof ${value} !== "object") throw INVALID;
if (${value}.__typename !== undefined && ${value}.__typename !== ${JSON.stringify(type.name)}) throw INVALID;
${value} = ${variant(program, selectionSets, type, type)}(${value});`;
}

function abstractText(
  program: Program,
  type: GraphQLAbstractType,
  value: string,
  selectionSets: SelectionSets,
): string {
  const cases = possibleTypes(type, program.schema).map(
    (actual) =>
      `case ${JSON.stringify(actual.name)}: ${value} = ${variant(program, selectionSets, type, actual)}(${value}); break;`,
  );
  return `switch (${value}.__typename) {\n${cases.join('\n')}\ndefault: throw INVALID;\n}`;
}

function leafText(program: Program, type: GraphQLLeafType, value: string): string {
  const isWrong = isEnumType(type) ? enumCheck(program, type, value) : CHECKS.get(type.name)?.(value);
  return isWrong === undefined ? '' : `if (${isWrong}) throw INVALID;`;
}

function enumCheck(program: Program, type: GraphQLEnumType, value: string): string {
  const names = newName(program, 'names');
  program.constants[names] = new Set(type.getValues().map(({ name }) => name));
  return `!${names}.has(${value})`;
}

/** Conditions in JavaScript that hold for values which the built-in scalars do not allow; other scalars allow any. */
const CHECKS = new Map<string, (variable: string) => string>([
  [GraphQLString.name, (value) => `typeof ${value} !== "string"`],
  [GraphQLBoolean.name, (value) => `typeof ${value} !== "boolean"`],
  [GraphQLFloat.name, (value) => `!Number.isFinite(${value})`],
  [GraphQLInt.name, (value) => `!Number.isSafeInteger(${value})`],
  [GraphQLID.name, (value) => `typeof ${value} !== "string" && !Number.isSafeInteger(${value})`],
]);

/**
 * Lists the types that an object may name as its own. Interfaces are among them: a subgraph with an `@interfaceObject` may answer so
 * (https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/entities/interfaces).
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
