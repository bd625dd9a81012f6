// Mercurius' gateway over the same subgraphs as stock: `mercurius.mjs {"triage": "http://…", …}`. It knows Federation 1
// alone, so it is given as much of the graph as the journeys ask for, in those words, and without `@requires`: it has
// two fetches fewer to make than the others.
import Fastify from 'fastify';
import mercuriusGateway from '@mercuriusjs/gateway';

const SCHEMAS = {
  triage: `
    extend type Query { assessment(id: ID!): Assessment }
    type Assessment @key(fields: "id") { id: ID! outcome: Outcome }
    type Outcome { deadline: String disposition: Disposition! }
    type Disposition @key(fields: "id") { id: ID! title: String! }`,
  practices: `
    extend type Query { practice(odsCode: String!): Practice }
    type Practice @key(fields: "odsCode") { odsCode: String! name: String! phone: String address: Address! }
    type Address { lines: [String!]! postcode: String! }`,
  appointments: `
    extend type Assessment @key(fields: "id") { id: ID! @external appointmentOptions(first: Int): AppointmentOptionsResult }
    extend type Practice @key(fields: "odsCode") { odsCode: String! @external }
    union AppointmentOptionsResult = AppointmentOptions | NotBookable
    type NotBookable { code: String! message: String! }
    type AppointmentOptions {
      searchedAt: String! offersExpireAt: String! complete: Boolean! practicesInRadius: Int! practicesAsked: Int!
      fallbackAdvice: String! ownPractice: PracticeOptions elsewhere: [PracticeOptions!]! notOffered: [NotOffered!]!
    }
    type PracticeOptions { answer: String! distanceMiles: Float practice: Practice! slots(first: Int!): [Slot!]! }
    type Slot {
      id: ID! startsAt: String! endsAt: String! mode: String! sessionName: String clinicianName: String
      clinicianRole: String
    }
    type NotOffered { reason: String! practices: Int! }`,
};

const urls = JSON.parse(process.argv[2]);
const app = Fastify();
await app.register(mercuriusGateway, {
  jit: 1,
  gateway: {
    services: Object.entries(urls).map(([name, url]) => ({
      name,
      url,
      schema: SCHEMAS[name],
      keepAliveMaxTimeout: 60_000,
    })),
  },
});
await app.listen({ port: 0, host: '127.0.0.1' });
console.log(`http://127.0.0.1:${app.server.address().port}/graphql`);
