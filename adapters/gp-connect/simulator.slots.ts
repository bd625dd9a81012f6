import { addLondonDays, CalendarDate, startOfLondonDay, wallClockWithOffset } from '../../domain/london-time';
import type { OdsCode } from '../../domain/ods-code';
import type { DiarySession, DiarySlot } from '../simulator/diary-records';
import type { WireReply } from '../simulator/http-listener';
import { memoized } from '../simulator/memoized';
import type { ProviderRequest } from './simulator.provider-request';
import { fhirJson, outcome, searchset } from './simulator.fhir';

const ukTime = memoized(wallClockWithOffset);
const PROFILES = 'https://fhir.nhs.uk/STU3/StructureDefinition';
export const CHANNELS = { IN_PERSON: 'In-person', TELEPHONE: 'Telephone', VIDEO: 'Video' } as const;
const ODS_FILTER = 'https://fhir.nhs.uk/Id/ods-organization-code';
const TYPE_FILTER = 'https://fhir.nhs.uk/STU3/CodeSystem/GPConnect-OrganisationType-1';

/** `GET /Slot`: 400 for what is missing, 422 for what is wrong, and only what is released to the consumer. */
export function searchSlots({ diary, practice, request: { query } }: ProviderRequest): WireReply {
  const starts = query.getAll('start');
  const ends = query.getAll('end');
  if (!query.has('status') || !query.getAll('_include').includes('Slot:schedule'))
    return outcome(400, 'BAD_REQUEST', 'status=free and _include=Slot:schedule are compulsory');
  if (query.get('status') !== 'free')
    return outcome(422, 'INVALID_PARAMETER', 'No other status than free can be searched for');
  if (starts.length !== 1 || ends.length !== 1)
    return outcome(400, 'BAD_REQUEST', 'start and end are compulsory, once each');
  const from = bound(starts[0] ?? '', 'ge');
  const to = bound(ends[0] ?? '', 'le');
  if (!from || !to || to < from || to > addLondonDays(from, 14))
    return outcome(422, 'INVALID_PARAMETER', 'The range is not one of at most two weeks');

  const slots = diary.freeSlots(practice, from, to, {
    route: 'NETWORK',
    organisation: filter(query, ODS_FILTER),
    organisationType: filter(query, TYPE_FILTER),
  });
  const recursive = query.getAll('_include:recurse');
  return searchset([...slots.map(slotResource), ...companions(slots, recursive)]);
}

/** `ge2026-07-01` or `ge2026-07-01T09:00:00+01:00`; a date as upper bound means the end of that day. */
function bound(text: string, prefix: 'ge' | 'le'): Date | null {
  if (!text.startsWith(prefix)) return null;
  const value = text.slice(2);
  const day = CalendarDate.safeParse(value);
  if (!day.success) return readUkTime(value);
  const start = startOfLondonDay(day.data);
  return prefix === 'ge' ? start : addLondonDays(start, 1);
}

/** UK local time with the offset valid on that date; null for any other spelling of an instant. */
function readUkTime(text: string): Date | null {
  const instant = new Date(text);
  return !Number.isNaN(instant.getTime()) && ukTime(instant) === text ? instant : null;
}

/** Filters of other systems are ignored, never an error. */
function filter(query: URLSearchParams, system: string): string | undefined {
  return query
    .getAll('searchFilter')
    .find((one) => one.startsWith(`${system}|`))
    ?.slice(system.length + 1);
}

function slotResource(slot: DiarySlot): object {
  return {
    resourceType: 'Slot',
    id: String(slot.id),
    meta: { versionId: '1', profile: [`${PROFILES}/GPConnect-Slot-1`] },
    extension: [{ url: `${PROFILES}/Extension-GPConnect-DeliveryChannel-2`, valueCode: CHANNELS[slot.mode] }],
    serviceType: [{ text: slot.slotType }],
    schedule: { reference: `Schedule/${slot.session.id}` },
    status: 'free',
    start: ukTime(slot.startsAt),
    end: ukTime(slot.endsAt),
  };
}

/** Schedules, practitioners, locations and the organisation of the slots found: none where no slot was. */
function companions(slots: readonly DiarySlot[], recursive: readonly string[]): object[] {
  const sessions = [...new Map(slots.map(({ session }) => [session.id, session])).values()];
  const practitioners = recursive.includes('Schedule:actor:Practitioner')
    ? new Map(
        sessions.flatMap(({ clinician }) =>
          clinician ? [[clinician.id, practitionerResource(clinician)]] : [],
        ),
      )
    : new Map<number, object>();
  const [first] = sessions;
  const location = first && recursive.includes('Schedule:actor:Location') ? [locationResource(first)] : [];
  const organisation = first ? [organisationResource(first)] : [];
  return [...sessions.map(scheduleResource), ...practitioners.values(), ...location, ...organisation];
}

/** `GET /Practitioner/{id}`: any who works at the practice on these days. */
export function readPractitioner({ diary, now, practice, id }: ProviderRequest): WireReply {
  const clinician = sessionsAround(diary, practice, now())
    .map((session) => session.clinician)
    .find((one) => one !== null && String(one.id) === id);
  return clinician
    ? fhirJson(200, practitionerResource(clinician), { etag: 'W/"1"' })
    : outcome(404, 'PRACTITIONER_NOT_FOUND', 'No such practitioner here');
}

/** `GET /Location/{id}`. */
export function readLocation({ diary, now, practice, id }: ProviderRequest): WireReply {
  const session = sessionsAround(diary, practice, now()).find(({ location }) => String(location.id) === id);
  return session
    ? fhirJson(200, locationResource(session), { etag: 'W/"1"' })
    : outcome(404, 'NO_RECORD_FOUND', 'No such location here');
}

const DAYS_AROUND = 28;

function sessionsAround(diary: ProviderRequest['diary'], practice: OdsCode, now: Date): DiarySession[] {
  const days = Array.from({ length: DAYS_AROUND }, (_, day) => addLondonDays(now, day));
  return days.flatMap((day) =>
    diary.slots(practice, day, new Date(day.getTime() + 3_600_000)).map(({ slot }) => slot.session),
  );
}

export function roleExtension({ clinician }: DiarySession): object[] {
  if (!clinician) return [];
  const system = 'https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-SDSJobRoleName-1';
  const { code, name: display } = clinician.role;
  const coding = [{ system, code, display }];
  return [{ url: `${PROFILES}/Extension-GPConnect-PractitionerRole-1`, valueCodeableConcept: { coding } }];
}

function scheduleResource(session: DiarySession): object {
  const { id, clinician, location, name, startsAt, endsAt } = session;
  const extension = roleExtension(session);
  return {
    resourceType: 'Schedule',
    id: String(id),
    meta: { versionId: '1', profile: [`${PROFILES}/GPConnect-Schedule-1`] },
    ...(extension.length > 0 ? { extension } : {}),
    serviceCategory: { text: name },
    actor: [
      { reference: `Location/${location.id}` },
      ...(clinician ? [{ reference: `Practitioner/${clinician.id}` }] : []),
    ],
    planningHorizon: { start: ukTime(startsAt), end: ukTime(endsAt) },
  };
}

function practitionerResource(clinician: NonNullable<DiarySession['clinician']>): object {
  return {
    resourceType: 'Practitioner',
    id: String(clinician.id),
    meta: { versionId: '1', profile: [`${PROFILES}/CareConnect-GPC-Practitioner-1`] },
    name: [{ use: 'usual', family: clinician.familyName, given: [clinician.givenName], prefix: ['Dr'] }],
    gender: clinician.gender,
  };
}

function locationResource({ location, practice }: DiarySession): object {
  return {
    resourceType: 'Location',
    id: String(location.id),
    meta: { versionId: '1', profile: [`${PROFILES}/CareConnect-GPC-Location-1`] },
    name: location.name,
    address: { line: ['1 Example Street'], city: 'Exampleton' },
    managingOrganization: { reference: `Organization/${practice}` },
  };
}

function organisationResource({ practice }: DiarySession): object {
  return {
    resourceType: 'Organization',
    id: practice,
    identifier: [{ system: ODS_FILTER, value: practice }],
    name: `Practice ${practice}`,
    telecom: [{ system: 'phone', value: '01632 960000' }],
  };
}
