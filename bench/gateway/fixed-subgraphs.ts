import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse, type GraphQLSchema } from 'graphql';

/**
 * The project's own subgraphs with answers that are there already, so that what is measured is the gateway. The id of
 * an assessment says how much: `10x3` is ten practices with three slots each.
 */
const NOW = '2026-11-22T14:00:00.000Z';
const SCHEMA = join(__dirname, '..', '..', 'schema');

export const SUBGRAPH_NAMES = ['triage', 'practices', 'appointments'] as const;
export type SubgraphName = (typeof SUBGRAPH_NAMES)[number];

export function fixedSubgraph(name: SubgraphName): GraphQLSchema {
  const typeDefs = parse(readFileSync(join(SCHEMA, `${name}.graphql`), 'utf8'));
  return buildSubgraphSchema([{ typeDefs, resolvers: RESOLVERS[name] }]);
}

interface Assessment {
  id: string;
}

const sizes = ({ id }: Assessment) => id.split('x').map(Number);
const upTo = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));
const codeOf = (index: number) => `Z${90_001 + index}`;

const RELEASE = {
  version: 7,
  status: 'OPEN',
  ownPatients: true,
  otherPatients: true,
  modes: ['IN_PERSON', 'TELEPHONE'],
  dispositionIds: ['gp-1h', 'gp-6h', 'gp-12h', 'gp-24h'],
  slotTypes: [],
  ageInMonths: { from: 0, below: null },
  dailyQuota: 8,
  takeBackMinutes: 60,
  minimumNoticeMinutes: 30,
  horizonDays: 14,
  cancelCutOffMinutes: 60,
  closures: [],
};

const practice = kept((index: number) => ({
  odsCode: codeOf(index),
  name: `Practice ${index} Health Centre`,
  phone: `01632 960${100 + index}`,
  address: { lines: [`${index} High Street`, 'Whitby', 'North Yorkshire'], postcode: `WY1 ${index % 10}AA` },
  release: RELEASE,
}));

const candidate = kept((index: number) => ({
  odsCode: codeOf(index),
  distanceMiles: index / 4,
  connections: [{ supplier: 'emis', route: 'NETWORK' }],
  release: RELEASE,
}));

const slots = kept((index: number) =>
  upTo(30, (slot) => ({
    id: `slot-${index}-${slot}-${'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0'.repeat(2)}`,
    startsAt: NOW,
    endsAt: NOW,
    mode: slot % 2 === 0 ? 'IN_PERSON' : 'TELEPHONE',
    sessionName: '111 urgent',
    clinicianName: slot % 3 === 0 ? null : 'Dr A. Example',
    clinicianRole: 'GP',
  })),
);

const options = (index: number) => ({
  answer: 'SLOTS',
  distanceMiles: index / 4,
  practice: { odsCode: codeOf(index) },
  index,
});

function kept<T>(make: (index: number) => T): (index: number) => T {
  const made = new Map<number, T>();
  return (index) => {
    const value = made.get(index) ?? make(index);
    made.set(index, value);
    return value;
  };
}

const RESOLVERS = {
  triage: {
    Query: { assessment: (_: unknown, { id }: Assessment) => ({ id }) },
    Assessment: {
      __resolveReference: ({ id }: Assessment) => ({ id }),
      expiresAt: () => NOW,
      outcome: () => ({ deadline: NOW, disposition: { id: 'gp-6h', title: 'See a GP within six hours' } }),
      place: () => ({ latitude: 54.48, longitude: -0.61 }),
      subject: () => ({ ageInMonths: 101, registeredPracticeOdsCode: 'Z90001' }),
    },
    Disposition: { bookable: () => 'NETWORK', modes: () => ['IN_PERSON', 'TELEPHONE'] },
  },
  practices: {
    Query: {
      practice: (_: unknown, { odsCode }: { odsCode: string }) => practice(Number(odsCode.slice(1)) - 90_001),
    },
    Practice: {
      __resolveReference: ({ odsCode }: { odsCode: string }) => practice(Number(odsCode.slice(1)) - 90_001),
    },
    Assessment: {
      __resolveReference: ({ id }: Assessment) => ({ id }),
      candidates: (assessment: Assessment) => ({
        own: candidate(0),
        near: upTo(sizes(assessment)[0] ?? 0, (index) => candidate(index + 1)),
        stopped: [{ reason: 'NOT_OPTED_IN', practices: 9 }],
        practicesInRadius: 47,
        withinMiles: 10,
        placeKnown: true,
      }),
    },
  },
  appointments: {
    Assessment: {
      __resolveReference: ({ id }: Assessment) => ({ id }),
      appointmentOptions: (assessment: Assessment) => ({
        __typename: 'AppointmentOptions',
        searchedAt: NOW,
        offersExpireAt: NOW,
        complete: true,
        practicesInRadius: 47,
        practicesAsked: 11,
        notices: [],
        fallbackAdvice: 'Call 111 if nothing fits.',
        ownPractice: { ...options(0), answer: 'NO_SLOTS_IN_TIME' },
        elsewhere: upTo(sizes(assessment)[0] ?? 0, (index) => options(index + 1)),
        notOffered: [{ reason: 'NOT_OPTED_IN', practices: 9 }],
        supplierReports: [
          {
            outcome: 'ANSWERED',
            practicesAsked: 11,
            practicesAnswered: 11,
            elapsedMs: 40,
            supplier: { id: 'emis', name: 'EMIS' },
          },
        ],
      }),
    },
    PracticeOptions: {
      slots: ({ index }: { index: number }, { first }: { first: number }) => slots(index).slice(0, first),
    },
  },
};
