import {
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import fc, { type GeneratorValue } from 'fast-check';

/** Operation that a client could send. */
export interface GeneratedOperation {
  text: string;
  variables: Record<string, unknown>;
}

const MAX_DEPTH = 5;
const MAX_FIELDS = 60;
/** Names that JavaScript objects answer to by themselves. */
const INHERITED = ['constructor', 'toString', '__proto__', 'hasOwnProperty'];

/** fast-check likes the ends of a range better, which suits numbers and not choices. */
const evenly = (max: number) => fc.noBias(fc.nat(max));

/** Operations over a schema, with everything that the language has; nearly all of them are valid. */
export function generatedOperation(schema: GraphQLSchema, gen: GeneratorValue): GeneratedOperation {
  const variables: Record<string, unknown> = {};
  const declared: string[] = [];
  const fragments: { name: string; on: GraphQLCompositeType; text: string }[] = [];
  let fields = 0;
  let names = 0;

  const upTo = (max: number) => gen(evenly, max);
  const chance = (percent: number) => upTo(99) < percent;
  function oneOf<T>(values: readonly T[]): T {
    const value = values[upTo(values.length - 1)];
    if (value === undefined) throw new Error('There is nothing to choose from.');
    return value;
  }

  function selectionSet(type: GraphQLCompositeType, depth: number): string {
    const selections = Array.from({ length: 1 + upTo(depth === 0 ? 3 : 4) }, () => selection(type, depth));
    return `{ ${selections.join(' ')} }`;
  }

  function selection(type: GraphQLCompositeType, depth: number): string {
    const choice = upTo(99);
    if (choice < 8) return field('__typename', '');
    if (choice < 10 && type === schema.getQueryType()) return '__schema { queryType { name } }';
    const narrower = narrowerTypes(type);
    if (narrower.length > 0 && (isUnionType(type) || choice < 30) && depth < MAX_DEPTH)
      return fragment(oneOf(narrower), depth);
    if (isUnionType(type)) return '__typename';
    const candidates = Object.values(type.getFields()).filter((candidate) =>
      depth < MAX_DEPTH && fields < MAX_FIELDS ? true : isLeafType(getNamedType(candidate.type)),
    );
    return candidates.length === 0 ? '__typename' : chosenField(oneOf(candidates), depth);
  }

  function chosenField(chosen: GraphQLField<unknown, unknown>, depth: number): string {
    fields++;
    const type = getNamedType(chosen.type);
    const given = chosen.args.flatMap((argument) => argumentText(argument));
    const call = given.length === 0 ? chosen.name : `${chosen.name}(${given.join(', ')})`;
    const inner = isCompositeType(type) ? selectionSet(type, depth + 1) : '';
    // Two calls with different arguments may not have one name.
    return field(call, inner, given.length > 0);
  }

  function field(call: string, inner: string, mustAlias = false): string {
    const name = mustAlias || chance(10) ? alias() : undefined;
    return `${name === undefined ? '' : `${name}: `}${call}${directives()} ${inner}`;
  }

  function alias(): string {
    if (upTo(999) < 4) return oneOf(INHERITED);
    return chance(20) ? oneOf(['same', 'id2', 'data']) : `alias${names++}`;
  }

  function fragment(on: GraphQLCompositeType, depth: number): string {
    const known = fragments.filter((candidate) => candidate.on === on);
    if (known.length > 0 && chance(30)) return `...${oneOf(known).name}${directives()}`;
    const inner = selectionSet(on, depth + 1);
    if (chance(25)) {
      const name = `Fragment${names++}`;
      fragments.push({ name, on, text: `fragment ${name} on ${on.name} ${inner}` });
      return `...${name}${directives()}`;
    }
    return `... on ${on.name}${directives()} ${inner}`;
  }

  /** Types that an object of the type may also be of. */
  function narrowerTypes(type: GraphQLCompositeType): GraphQLCompositeType[] {
    if (isObjectType(type)) return chance(50) ? [type, ...type.getInterfaces()] : [type];
    const objects: GraphQLCompositeType[] = [...schema.getPossibleTypes(type)];
    const interfaces = objects.flatMap((object) => (isObjectType(object) ? object.getInterfaces() : []));
    return [...objects, ...objects, ...interfaces, ...(isUnionType(type) ? [] : [type])];
  }

  function directives(): string {
    if (!chance(12)) return '';
    const directive = chance(50) ? 'skip' : 'include';
    if (chance(30)) return ` @${directive}(if: ${chance(50)})`;
    const name = `condition${upTo(2)}`;
    if (!declared.some((text) => text.startsWith(`$${name}:`))) {
      const hasDefault = chance(40);
      declared.push(`$${name}: Boolean${hasDefault ? ` = ${chance(50)}` : '!'}`);
      if (!hasDefault || chance(50)) variables[name] = chance(50);
    }
    return ` @${directive}(if: $${name})`;
  }

  function argumentText({ name, type, defaultValue }: GraphQLArgument): string[] {
    const isOptional = !isNonNullType(type) || defaultValue !== undefined;
    if (isOptional && chance(40)) return [];
    const value = inputValue(type, 0);
    if (chance(40)) {
      const variable = `variable${names++}`;
      declared.push(`$${variable}: ${String(type)}`);
      variables[variable] = value;
      return [`${name}: $${variable}`];
    }
    return [`${name}: ${literal(value, type)}`];
  }

  function inputValue(type: GraphQLInputType, depth: number): unknown {
    if (isNonNullType(type)) return inputValue(type.ofType, depth);
    if (isListType(type)) return Array.from({ length: upTo(2) }, () => inputValue(type.ofType, depth));
    if (isEnumType(type)) return oneOf(type.getValues()).name;
    if (isInputObjectType(type)) {
      const given = Object.values(type.getFields()).filter(
        ({ type: inner, defaultValue }) =>
          (isNonNullType(inner) && defaultValue === undefined) || (depth < 2 && chance(50)),
      );
      return Object.fromEntries(given.map(({ name, type: inner }) => [name, inputValue(inner, depth + 1)]));
    }
    switch (type.name) {
      case 'Int':
        return 1 + upTo(4);
      case 'Float':
        return upTo(9) + 0.5;
      case 'Boolean':
        return chance(50);
      case 'DateTime':
        return '2026-03-02T09:10:00.000Z';
      default:
        return `text ${upTo(4)}`;
    }
  }

  function literal(value: unknown, type: GraphQLInputType): string {
    if (isNonNullType(type)) return literal(value, type.ofType);
    if (Array.isArray(value) && isListType(type))
      return `[${value.map((element) => literal(element, type.ofType)).join(', ')}]`;
    if (isEnumType(type)) return String(value);
    if (isInputObjectType(type) && typeof value === 'object' && value !== null)
      return `{ ${Object.entries(value)
        .map(([name, inner]) => `${name}: ${literal(inner, type.getFields()[name]!.type)}`)
        .join(', ')} }`;
    return JSON.stringify(value);
  }

  const mutation = schema.getMutationType();
  const isMutation = mutation !== undefined && mutation !== null && chance(15);
  const root: GraphQLObjectType = isMutation ? mutation : schema.getQueryType()!;
  const body = selectionSet(root, 0);
  const head = declared.length === 0 ? '' : `(${declared.join(', ')})`;
  const operation = `${isMutation ? 'mutation' : 'query'} Generated${head} ${body}`;
  return { text: [operation, ...fragments.map(({ text }) => text)].join('\n'), variables };
}
