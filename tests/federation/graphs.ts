import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Subgraphs by name, as SDL, that compose to one supergraph. */
export interface Graph {
  title: string;
  /** Longer operations are not played, in characters. */
  longest?: number;
  subgraphs: Record<string, string>;
}

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable",
  "@external", "@requires", "@provides", "@override", "@inaccessible", "@interfaceObject", "@tag", "@cost", "@listSize"])`;

const schema = join(__dirname, '..', '..', 'schema');

/** The project's own graph. */
export const OWN_GRAPH: Graph = {
  title: 'our own graph',
  subgraphs: Object.fromEntries(
    ['triage', 'practices', 'appointments'].map((name) => [
      name,
      readFileSync(join(schema, `${name}.graphql`), 'utf8'),
    ]),
  ),
};

/** Small graphs, each for some features of federation that are hard to get right. */
export const SMALL_GRAPHS: Graph[] = [
  {
    title: 'interfaces over entities',
    subgraphs: {
      catalogue: `${LINK}
        type Query { media: [Media!] one: Media! shelf(first: Int = 2): Shelf node(id: ID!): Node }
        interface Node { id: ID! }
        interface Media implements Node { id: ID! title: String alike: [Media] }
        type Book implements Media & Node @key(fields: "id") {
          id: ID! title: String! pages: Int alike: [Media] author: Person!
        }
        type Film implements Media & Node @key(fields: "id") {
          id: ID! title: String minutes: Int! alike: [Media] cast: [Person!]
        }
        type Person implements Node @key(fields: "id") { id: ID! name: String! }
        type Shelf { name: String! rows: [[Media]!] best: Media first: Book }`,
      reviews: `${LINK}
        type Query { top: [Reviewed!]! }
        interface Reviewed { rating: Float reviews(first: Int!): [Review!]! }
        type Book implements Reviewed @key(fields: "id") { id: ID! rating: Float reviews(first: Int!): [Review!]! }
        type Film implements Reviewed @key(fields: "id") { id: ID! rating: Float! reviews(first: Int!): [Review!]! }
        type Review { stars: Int! text: String by: Person of: Reviewed! }
        type Person @key(fields: "id") { id: ID! wrote: [Review!] trusted: Boolean! }`,
    },
  },
  {
    title: 'unions, @provides and a mutation',
    subgraphs: {
      search: `${LINK}
        type Query { search(text: String!, kinds: [Kind!]): [Hit!]! maybe: Hit nested: [[Hit!]] }
        type Mutation { remember(input: RememberInput!): Remembered! forget(id: ID!): Boolean again: Hit }
        input RememberInput { text: String! tags: [String!] kind: Kind = SHOP weight: Float nested: RememberInput }
        type Remembered { id: ID! hits: [Hit] }
        enum Kind { SHOP STREET PARK }
        union Hit = Shop | Street | Park
        type Shop @key(fields: "id") { id: ID! owner: Owner @provides(fields: "name") next: Hit }
        type Street { name: String! length: Int shops: [Shop!]! }
        type Park @key(fields: "id") { id: ID! trees: Int }
        type Owner @key(fields: "id") { id: ID! name: String @external }`,
      people: `${LINK}
        type Query { owners: [Owner] }
        type Mutation { rename(id: ID!, name: String): Owner }
        type Owner @key(fields: "id") { id: ID! name: String @shareable age: Int! friends: [Owner!] }
        union Anything = Owner | Park
        type Park @key(fields: "id") { id: ID! keeper: Owner! about: [Anything!]! }`,
    },
  },
  {
    title: '@requires in chains, nested and with arguments',
    subgraphs: {
      stock: `${LINK}
        type Query { products: [Product!]! product(id: ID!): Product box: Box! }
        type Product @key(fields: "id") { id: ID! weight: Int size: Size! parts: [Part!] }
        type Size @shareable { height: Int! width: Int deep: Deep }
        type Deep @shareable { value: String! list: [Int!] }
        type Part @key(fields: "id") { id: ID! grams: Int! }
        type Box { items: [Item!]! }
        union Item = Product | Part`,
      shipping: `${LINK}
        type Product @key(fields: "id") {
          id: ID! weight: Int @external size: Size! @external parts: [Part!] @external
          shipping(express: Boolean = false): Int @requires(fields: "weight size { height deep { value list } }")
          parcel: Parcel! @requires(fields: "parts { grams }")
        }
        type Size @shareable { height: Int! width: Int deep: Deep }
        type Deep @shareable { value: String! list: [Int!] }
        type Part @key(fields: "id") { id: ID! grams: Int! @external dear: Boolean! @requires(fields: "grams") }
        type Parcel @key(fields: "id") { id: ID! weight: Int! }`,
      tax: `${LINK}
        type Product @key(fields: "id") {
          id: ID! parcel: Parcel! @external
          tax: Float! @requires(fields: "parcel { weight }")
        }
        type Parcel @key(fields: "id") { id: ID! weight: Int! @external duty: Int @requires(fields: "weight") }`,
    },
  },
  {
    title: '@override, @shareable and several keys',
    subgraphs: {
      old: `${LINK}
        type Query { users: [User] me: User! version: Version! @shareable }
        type User @key(fields: "id") @key(fields: "email") {
          id: ID! email: String! name: String nick: String @shareable address: Address @shareable
        }
        type Address @shareable { street: String! town: String }
        type Version @shareable { major: Int! minor: Int }`,
      fresh: `${LINK}
        type Query { byEmail(email: String!): User version: Version! @shareable }
        type User @key(fields: "email") {
          email: String! name: String @override(from: "old") nick: String @shareable score: Float!
          address: Address @shareable
        }
        type Address @shareable { street: String! town: String }
        type Version @shareable { major: Int! minor: Int }`,
      groups: `${LINK}
        type Query { groups: [Group!] }
        type Group @key(fields: "org { id } number") { org: Org! number: Int! members: [User!]! lead: User }
        type Org @key(fields: "id") { id: ID! groups: [Group] }
        type User @key(fields: "id") { id: ID! groups: [Group!]! }`,
      names: `${LINK}
        type Group @key(fields: "org { id } number") { org: Org! number: Int! label: String! }
        type Org @key(fields: "id") { id: ID! label: String }`,
    },
  },
  {
    title: 'interface objects',
    // Apollo's planner takes from seconds to minutes for some longer ones over them, for stock as for us.
    longest: 250,
    subgraphs: {
      accounts: `${LINK}
        type Query { accounts: [Account!]! account: Account special: Admin everyone: [Anyone] }
        interface Account @key(fields: "id") { id: ID! email: String }
        type Admin implements Account @key(fields: "id") { id: ID! email: String level: Int! }
        type Member implements Account @key(fields: "id") { id: ID! email: String! since: String }
        union Anyone = Admin | Member`,
      posts: `${LINK}
        type Query { posts: [Post] newest: Post! }
        type Post { id: ID! title: String! by: Account! }
        type Account @key(fields: "id") @interfaceObject { id: ID! posts(first: Int): [Post!]! karma: Int }`,
      badges: `${LINK}
        type Account @key(fields: "id") @interfaceObject {
          id: ID! email: String @external badge: Badge @requires(fields: "email")
        }
        type Badge { name: String! }`,
    },
  },
  {
    title: 'what clients may not see',
    subgraphs: {
      files: `${LINK}
        type Query { entries: [Entry!]! things: [Thing] file(id: ID!): File colours: [Colour!] hidden: Int @inaccessible }
        interface Entry { name: String! secret: String @inaccessible }
        type File implements Entry @key(fields: "key") {
          key: ID! @inaccessible id: ID! name: String! secret: String @inaccessible colour: Colour bytes: Int
        }
        type Folder implements Entry { name: String! secret: String @inaccessible entries: [Entry] }
        type Vault implements Entry @inaccessible { name: String! secret: String combination: String }
        union Thing = File | Folder | Vault
        enum Colour { RED GREEN INVISIBLE @inaccessible }`,
      usage: `${LINK}
        type File @key(fields: "key") {
          key: ID! @inaccessible colour: Colour @external reads: Int! shade: Shade! @requires(fields: "colour")
          readers: [Reader!]
        }
        type Reader { name: String! colour: Colour! file: File }
        enum Colour { RED GREEN INVISIBLE @inaccessible }
        enum Shade { DARK LIGHT }`,
    },
  },
  {
    title: 'the root reached again, and every scalar',
    subgraphs: {
      first: `${LINK}
        type Query { a: A list: [A] level: Level! }
        type Mutation { setA(id: ID!): A bump: Level! }
        type A @key(fields: "id") { id: ID! text: String b: B }
        type B @key(fields: "id") { id: ID! }
        type Level { depth: Int! root: Query up: Level }`,
      second: `${LINK}
        type Query { b(id: ID): B! scalars: Scalars }
        type Mutation { setB(id: ID!): B! }
        type B @key(fields: "id") { id: ID! n: Int as: [A!]! root: Query! }
        type A @key(fields: "id") { id: ID! reverse: String! }
        type Scalars { int: Int float: Float! string: String boolean: Boolean! id: ID! any: Any matrix: [[Float]!]! }
        scalar Any`,
    },
  },
];
