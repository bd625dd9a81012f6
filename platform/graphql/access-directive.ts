import {
  defaultFieldResolver,
  getNamedType,
  isObjectType,
  isUnionType,
  valueFromASTUntyped,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';
import { Directive } from 'type-graphql';
import { Access, CallerKind, mayAsk, namesOf, whyNotAsk } from '../../domain/access';
import type { Caller } from '../../domain/caller';
import { NotAllowed, notAllowed, roleNotAllowed } from './problem';
import { forbidden } from './graphql-errors';
import type { SubgraphContext } from './subgraph-context';
import { DEVELOPERS_EN_GB } from '../../domain/messages/developers.en-gb';

/** Goes into the SDL of every subgraph; composition hands it on to the gateway. */
export const ACCESS_DEFINITION = `extend schema
  @link(url: "https://gp-booking-gateway.invalid/access/v1.0", import: ["@access"])
  @composeDirective(name: "@access")

"""
Who may ask for this; everybody where it is not said. What is \`own\` is for them only where it is theirs: a patient's bookings, a practice's book.
"""
directive @access(to: [CallerKind!]!, own: Boolean! = false) on FIELD_DEFINITION

"""Kind of caller, which the token decides."""
enum CallerKind {
${CallerKind.options.map((kind) => `  ${kind}`).join('\n')}
}`;

/** Refuses all other callers, however the field is reached: its resolver does not even run. */
export function ForKinds(...kinds: CallerKind[]): PropertyDecorator & MethodDecorator {
  return Directive(`@access(to: [${kinds.join(', ')}])`);
}

/** States what the resolver judges itself, as it takes the object to do so. */
export function ForOwn(...kinds: CallerKind[]): PropertyDecorator & MethodDecorator {
  return Directive(`@access(to: [${kinds.join(', ')}], own: true)`);
}

/** Narrows the caller of a field that is for this kind alone. @throws Error where it is not. */
export function callerOf<Kind extends Caller['kind']>(
  { caller }: SubgraphContext,
  kind: Kind,
): Extract<Caller, { kind: Kind }> {
  if (isOf(caller, kind)) return caller;
  throw new Error(`The field does not say that it is for ${kind} alone.`);
}

function isOf<Kind extends Caller['kind']>(
  caller: Caller,
  kind: Kind,
): caller is Extract<Caller, { kind: Kind }> {
  return caller.kind === kind;
}

/** States the rule in words, for readers of the schema in an explorer, which shows no directives. */
export function describeAccess(schema: GraphQLSchema): void {
  for (const [field, access] of guardedFields(schema))
    field.description = [field.description, `For ${namesOf(access)}.`].filter(Boolean).join(' ');
}

/** Puts every field that is for some only behind the question whether the caller is one of them. */
export function guardAccess(schema: GraphQLSchema): void {
  for (const [field, access] of guardedFields(schema)) {
    const { resolve = defaultFieldResolver } = field;
    const refuse = refusalOf(field, access);
    field.resolve = (source, args, context, info) =>
      mayAsk(access, context.caller) ? resolve(source, args, context, info) : refuse(context.caller);
  }
}

/** Returns the refusal as data where the answer's type has a place for it (docs/api.md, expected outcomes). */
function refusalOf(field: SubgraphField, access: Access): (caller: Caller) => NotAllowed {
  const names = namesOf(access);
  const type = getNamedType(field.type);
  if (isUnionType(type) && type.getTypes().some(({ name }) => name === NotAllowed.name))
    return ({ kind }) => (kind === 'anonymous' ? notAllowed('SIGN_IN_REQUIRED') : roleNotAllowed(names));
  return (caller) => {
    throw forbidden(DEVELOPERS_EN_GB.FORBIDDEN.CALLER({ allowed: names }), whyNotAsk(caller));
  };
}

type SubgraphField = GraphQLField<unknown, SubgraphContext>;

function guardedFields(schema: GraphQLSchema): [SubgraphField, Access][] {
  const fields = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) ? Object.values(type.getFields() as Record<string, SubgraphField>) : [],
  );
  return fields.flatMap((field): [SubgraphField, Access][] => {
    const stated = field.astNode?.directives?.find(({ name }) => name.value === 'access');
    if (stated === undefined) return [];
    const argumentsByName = (stated.arguments ?? []).map(({ name, value }) => [
      name.value,
      valueFromASTUntyped(value),
    ]);
    const access = Access.parse(Object.fromEntries(argumentsByName));
    return access.own ? [] : [[field, access]];
  });
}
