import { createHash } from 'node:crypto';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  getNamedType,
  GraphQLError,
  isAbstractType,
  isEnumType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  parse,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';

type Resolver = GraphQLFieldResolver<Thing | undefined, unknown>;

/** An object of a generated answer: its fields follow from its identity alone. */
interface Thing {
  __typename: string;
  identity: string;
}

/** Resolvers that answer at once or later. */
export const PACES = ['at-once', 'later'] as const;
export type Pace = (typeof PACES)[number];

/**
 * An executable subgraph whose answers are made up, but always the same for the same object, field and arguments. Among
 * them are nulls, also where none may be, empty lists and errors, at every depth. What a reference is resolved to
 * depends on all of the representation, so that two gateways which send different ones get different answers.
 * @param salt another one gives other answers
 */
export function subgraphOfGeneratedAnswers(sdl: string, salt: string, pace: Pace): GraphQLSchema {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl) }]);
  for (const type of Object.values(schema.getTypeMap())) if (isMade(type)) makeResolvers(type, salt, pace);
  return schema;
}

function isMade(type: GraphQLNamedType): boolean {
  return !type.name.startsWith('_');
}

function makeResolvers(type: GraphQLNamedType, salt: string, pace: Pace): void {
  if (isAbstractType(type)) type.resolveType = (thing: Thing) => thing.__typename;
  if (isInterfaceType(type) || isObjectType(type))
    type.extensions = {
      ...type.extensions,
      apollo: { subgraph: { resolveReference: reference(type, salt) } },
    };
  if (!isObjectType(type)) return;
  for (const field of Object.values(type.getFields()))
    if (!field.name.startsWith('_')) field.resolve = paced(resolver(field.type, salt, pace), pace);
}

function reference(type: GraphQLNamedType, salt: string) {
  return (representation: Record<string, unknown>, _: unknown, { schema }: { schema: GraphQLSchema }) => {
    const dice = diceOf(salt, type.name, JSON.stringify(representation));
    if (dice(100) < 3) return null;
    if (dice(100) < 3) throw new GraphQLError(`no ${type.name}`, { extensions: { code: 'NOT_FOUND_HERE' } });
    const __typename = isInterfaceType(type) ? oneOf(schema.getPossibleTypes(type), dice).name : type.name;
    const { id } = representation;
    const made = {
      ...representation,
      __typename,
      identity: typeof id === 'string' ? id : JSON.stringify(representation),
    };
    return dice(2) === 0 ? made : Promise.resolve(made);
  };
}

function resolver(type: GraphQLOutputType, salt: string, pace: Pace): Resolver {
  return (source, args, _, { fieldName, parentType, schema }) => {
    const given = source && (source as unknown as Record<string, unknown>)[fieldName];
    if (given !== undefined && isScalarType(getNamedType(type))) return given;
    const identity = source === undefined ? 'root' : JSON.stringify(source);
    const dice = diceOf(salt, parentType.name, identity, fieldName, JSON.stringify(args));
    if (dice(100) < 3)
      throw new GraphQLError(`${parentType.name}.${fieldName} failed`, {
        extensions: dice(2) === 0 ? { code: 'FORBIDDEN', reason: 'dice' } : {},
      });
    if (dice(100) < 2) return null;
    if (fieldName === 'id' && source !== undefined) return source.identity;
    return valueOf(type, schema, dice, pace);
  };
}

function paced(resolve: Resolver, pace: Pace): Resolver {
  if (pace === 'at-once') return resolve;
  return (...call) => Promise.resolve().then(() => resolve(...call));
}

function valueOf(type: GraphQLOutputType, schema: GraphQLSchema, dice: Dice, pace: Pace): unknown {
  if (isNonNullType(type)) return dice(150) === 0 ? null : valueOf(type.ofType, schema, dice, pace);
  if (dice(12) === 0) return null;
  if (isListType(type))
    return Array.from({ length: dice(4) }, () => elementOf(type.ofType, schema, dice, pace));
  if (isAbstractType(type)) return thing(oneOf(schema.getPossibleTypes(type), dice).name, dice);
  if (isObjectType(type)) return thing(type.name, dice);
  if (isEnumType(type)) return oneOf(type.getValues(), dice).value;
  switch (type.name) {
    case 'Int':
      return dice(100) - 50;
    case 'Float':
      return dice(1000) / 7;
    case 'Boolean':
      return dice(2) === 0;
    case 'DateTime':
      return new Date(1_700_000_000_000 + dice(1_000_000_000));
    case 'Any':
      return oneOf([1, 'text', true, { nested: [1, null] }, []], dice);
    default:
      return `text ${dice(9)}`;
  }
}

function elementOf(type: GraphQLOutputType, schema: GraphQLSchema, dice: Dice, pace: Pace): unknown {
  const element = valueOf(type, schema, dice, pace);
  // graphql-js forgets the promises of a list when another element of it fails at once, and Node ends the process.
  return element === null && isNonNullType(type) && pace === 'later'
    ? valueOf(type.ofType, schema, () => 1, pace)
    : element;
}

/** Few identities, so that the same object is in one answer several times. */
function thing(__typename: string, dice: Dice): Thing {
  return { __typename, identity: String(dice(5)) };
}

/** A number from 0 up to below the bound, another one each time. */
export type Dice = (below: number) => number;

export function diceOf(...of: string[]): Dice {
  let bytes = createHash('sha1').update(of.join('\n')).digest();
  let at = 0;
  return (below) => {
    if (at + 4 > bytes.length) {
      bytes = createHash('sha1').update(bytes).digest();
      at = 0;
    }
    at += 4;
    return bytes.readUInt32LE(at - 4) % below;
  };
}

function oneOf<T>(values: readonly T[], dice: Dice): T {
  const value = values[dice(values.length)];
  if (value === undefined) throw new Error('There is nothing to choose from.');
  return value;
}
