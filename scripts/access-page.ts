import {
  getNamedType,
  isAbstractType,
  isObjectType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { CallerKind, type Access } from '../domain/access';
import { declaredAccess } from '../gateway/limits/operation-access';

const ANYBODY = 'ANYBODY';
type Column = CallerKind | typeof ANYBODY;
const COLUMNS: readonly Column[] = [ANYBODY, ...CallerKind.options];

/** Reach of a field for a kind of caller, over all ways to it. */
const NOTHING = 0;
const THEIR_OWN = 1;
const ALL = 2;
type Reach = typeof NOTHING | typeof THEIR_OWN | typeof ALL;
const CELLS: Record<Reach, string> = { [NOTHING]: '–', [THEIR_OWN]: 'own', [ALL]: 'yes' };

/** Writes docs/access.md: every field of the API against every kind of caller. */
export function accessPage(supergraphSdl: string, api: GraphQLSchema): string {
  const declared = declaredAccess(supergraphSdl);
  const reaches = new Map(COLUMNS.map((column) => [column, reachOf(column, declared, api)]));
  const rows = objectTypes(api).flatMap((type) => {
    const alike = new Map<string, string[]>();
    for (const { name } of Object.values(type.getFields())) {
      const cells = COLUMNS.map(
        (column) => CELLS[reaches.get(column)?.get(`${type.name}.${name}`) ?? NOTHING],
      );
      const row = cells.join(' | ');
      alike.set(row, [...(alike.get(row) ?? []), `\`${name}\``]);
    }
    return [...alike].map(([cells, names]) => `| ${type.name} | ${names.join(', ')} | ${cells} |`);
  });
  return `# Who is answered

<!-- Written by \`npm run schema\` from @access in the schema. A change here is a change of who sees what: review it. -->

What a field states by \`@access\` ([schema](../schema/supergraph.graphql)), followed through every way to it. **own**: what is
theirs alone, such as a patient's bookings or a practice's book; the resolver that has the object judges that. Bookings are those of
the people for whom the caller may act at this moment, whoever has made them. What somebody
may not ask for is refused by the gateway before anything is executed (\`FORBIDDEN\`), or by the owning subgraph, which asks
again: as data where the answer can say so (\`NotAllowed\`). An assessment is visible to everybody who has its id, which is a secret.

| type | fields | not signed in | patient | practice staff | analyst | operator |
|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
}

/** Returns by `Type.field` the best reach over all ways from a root. */
function reachOf(
  column: Column,
  declared: ReadonlyMap<string, Access>,
  api: GraphQLSchema,
): ReadonlyMap<string, Reach> {
  const fields = new Map<string, Reach>();
  const types = new Map<string, Reach>();
  const waiting: [GraphQLNamedType, Reach][] = [api.getQueryType(), api.getMutationType()].flatMap(
    (root): [GraphQLNamedType, Reach][] => (root ? [[root, ALL]] : []),
  );
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [type, reach] = next;
    if (isAbstractType(type))
      waiting.push(...api.getPossibleTypes(type).map((one): [GraphQLNamedType, Reach] => [one, reach]));
    if (!isObjectType(type) || reach <= (types.get(type.name) ?? NOTHING)) continue;
    types.set(type.name, reach);
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`;
      const best = least(reach, stated(declared.get(coordinate), column));
      fields.set(coordinate, best);
      waiting.push([getNamedType(field.type), best]);
    }
  }
  return fields;
}

function stated(access: Access | undefined, column: Column): Reach {
  if (access === undefined) return ALL;
  if (column === ANYBODY || !access.to.includes(column)) return NOTHING;
  return access.own ? THEIR_OWN : ALL;
}

function least(one: Reach, other: Reach): Reach {
  return one < other ? one : other;
}

function objectTypes(api: GraphQLSchema): GraphQLObjectType[] {
  const types = Object.values(api.getTypeMap()).filter(isObjectType);
  return types
    .filter(({ name }) => !name.startsWith('__'))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}
