/** Three sizes of what a front end asks on the way to an appointment. */
export interface Journey {
  size: 'tiny' | 'medium' | 'large';
  query: string;
  variables: Record<string, unknown>;
}

const OPTIONS = `query AppointmentOptions($id: ID!, $first: Int!, $slots: Int!) {
  assessment(id: $id) {
    id
    outcome { deadline disposition { id title } }
    appointmentOptions(first: $first) {
      __typename
      ... on AppointmentOptions {
        searchedAt offersExpireAt complete practicesInRadius practicesAsked fallbackAdvice
        ownPractice { answer distanceMiles practice { odsCode name phone } }
        elsewhere {
          answer distanceMiles
          practice { odsCode name address { lines postcode } }
          slots(first: $slots) { id startsAt endsAt mode sessionName clinicianName clinicianRole }
        }
        notOffered { reason practices }
      }
      ... on NotBookable { code message }
    }
  }
}`;

export const JOURNEYS: Journey[] = [
  {
    size: 'tiny',
    query: 'query PracticeByCode($odsCode: String!) { practice(odsCode: $odsCode) { odsCode name phone } }',
    variables: { odsCode: 'Z90001' },
  },
  { size: 'medium', query: OPTIONS, variables: { id: '10x3', first: 30, slots: 3 } },
  { size: 'large', query: OPTIONS, variables: { id: '40x20', first: 30, slots: 20 } },
];
