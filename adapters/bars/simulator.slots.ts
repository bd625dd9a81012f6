import { createHash } from 'node:crypto';
import type { Slot } from 'fhir/r4';
import type { OdsCode } from '../../domain/ods-code';
import { wallClockWithOffset } from '../../domain/london-time';
import type { Diary } from '../simulator/diary';
import type { DiarySession, DiarySlot } from '../simulator/diary-records';
import type { WireReply, WireRequest } from '../simulator/http-listener';
import { memoized } from '../simulator/memoized';
import { type Entry, outcome, searchset } from './simulator.fhir';
import type { Parties } from './simulator.platform';

const CHANNELS = { IN_PERSON: 'In-person', TELEPHONE: 'Telephone', VIDEO: 'Video' } as const;
export const SUPPORTED = [
  'Slot:schedule',
  'Schedule:actor:Practitioner',
  'Schedule:actor:PractitionerRole',
  'Schedule:actor:HealthcareService',
];
const WITH_OFFSET = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

const ukTime = memoized(wallClockWithOffset);
const utcTime = memoized((instant) => instant.toISOString().replace('Z', '+00:00'));

/** Receivers should write UTC, and any offset must be read: about half of them write UK local time. */
export function timeOf(practice: OdsCode, instant: Date): string {
  return /[02468]$/.test(practice) ? utcTime(instant) : ukTime(instant);
}

/** `GET /Slot`: `start` twice and no `end`, both with offset; includes that are not supported are dropped. */
export function searchSlots(
  diary: Diary,
  parties: Parties,
  { path, query }: WireRequest,
  paging: Paging,
): WireReply {
  const bound = (prefix: string) => {
    const text =
      query
        .getAll('start')
        .find((one) => one.startsWith(prefix))
        ?.slice(prefix.length) ?? '';
    return WITH_OFFSET.test(text) ? new Date(text) : null;
  };
  const [from, to] = [bound('ge'), bound('le')];
  if (query.getAll('start').length !== 2 || !from || !to || query.has('end'))
    return outcome(400, 'REC_BAD_REQUEST', 'invalid', 'start is wanted twice, ge and le, with an offset');
  if (!(query.get('status') ?? '').split(',').includes('free'))
    return outcome(400, 'REC_BAD_REQUEST', 'required', 'status is required');

  const audience = {
    route: 'NETWORK',
    organisationType: 'urgent-care',
    organisation: parties.consumer,
  } as const;
  // The bounds are of the start: a slot may end after the range.
  const slots = diary
    .freeSlots(parties.practice, from, new Date(to.getTime() + 3_600_000), audience)
    .filter(({ startsAt }) => startsAt <= to);
  const includes = query.getAll('_include').filter((include) => SUPPORTED.includes(include));
  return pageOf(slots, { path, query, includes }, paging, (page) => [
    ...page.map((slot) => slotEntry(slot, 'free')),
    ...companions(page, includes),
  ]);
}

/** Bounds what stands on one page of a list. */
export interface Paging {
  pageSize: number;
}

interface ListRequest {
  path: string;
  query: URLSearchParams;
  includes: readonly string[];
}

/** Answers the page that the request asks for, with a link to the next where there is one. */
export function pageOf<T>(
  matches: readonly T[],
  request: ListRequest,
  { pageSize }: Paging,
  entriesOf: (page: readonly T[]) => Entry[],
): WireReply {
  const number = Number(request.query.get('_page') ?? '0');
  const end = (number + 1) * pageSize;
  const link = [{ relation: 'self', url: linkTo(request, number) }];
  if (matches.length > end) link.push({ relation: 'next', url: linkTo(request, number + 1) });
  return searchset(entriesOf(matches.slice(end - pageSize, end)), matches.length, link);
}

function linkTo({ path, query, includes }: ListRequest, page: number): string {
  const kept = new URLSearchParams([...query].filter(([name]) => name !== '_include' && name !== '_page'));
  for (const include of includes) kept.append('_include', include);
  if (page > 0) kept.append('_page', String(page));
  return `https://receiver.invalid${path}?${kept.toString()}`;
}

export function slotIdOf({ id }: DiarySlot): string {
  return `slot-${id}`;
}

/** The number in `Slot/slot-12345`. */
export function slotNumberOf(reference: string): number | undefined {
  const [, number] = /slot-([0-9]+)$/.exec(reference) ?? [];
  return number === undefined ? undefined : Number(number);
}

/** The UUID by which a Bundle refers to the slot. */
export function slotUrl({ id, session }: DiarySlot): string {
  return urn('Slot', session.practice, id);
}

export function slotEntry(slot: DiarySlot, status: 'free' | 'busy'): Entry {
  const { practice } = slot.session;
  const resource: Slot = {
    resourceType: 'Slot',
    id: slotIdOf(slot),
    meta: { profile: ['https://fhir.hl7.org.uk/StructureDefinition/UKCore-Slot'] },
    extension: [
      {
        url: 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DeliveryChannel',
        valueCode: CHANNELS[slot.mode],
      },
    ],
    serviceCategory: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/service-category', code: '17' }] },
    ],
    appointmentType: {
      coding: [{ system: 'https://receiver.invalid/appointment-type', display: slot.slotType }],
    },
    schedule: { reference: urn('Schedule', practice, slot.session.id) },
    status,
    start: timeOf(practice, slot.startsAt),
    end: timeOf(practice, slot.endsAt),
  };
  return [slotUrl(slot), resource];
}

/** Returns the resources that the slots' schedules refer to, as far as the search includes them. */
export function companions(slots: readonly DiarySlot[], includes: readonly string[]): Entry[] {
  if (!includes.includes('Slot:schedule')) return [];
  const sessions = [...new Map(slots.map(({ session }) => [session.id, session])).values()];
  return sessions.flatMap((session) => [scheduleEntry(session), ...actorEntries(session, includes)]);
}

function scheduleEntry(session: DiarySession): Entry {
  const { id, practice, name, clinician } = session;
  const actor = [
    { reference: urn('HealthcareService', practice, id) },
    ...(clinician
      ? [
          { reference: urn('PractitionerRole', practice, id) },
          { reference: urn('Practitioner', practice, id) },
        ]
      : []),
  ];
  return [
    urn('Schedule', practice, id),
    { resourceType: 'Schedule', id: `schedule-${id}`, comment: name, actor },
  ];
}

function actorEntries({ id, practice, clinician }: DiarySession, includes: readonly string[]): Entry[] {
  const entries: Entry[] = [];
  if (includes.includes('Schedule:actor:HealthcareService'))
    entries.push([
      urn('HealthcareService', practice, id),
      { resourceType: 'HealthcareService', id: practice, name: `Practice ${practice}` },
    ]);
  if (clinician && includes.includes('Schedule:actor:Practitioner'))
    entries.push([
      urn('Practitioner', practice, id),
      {
        resourceType: 'Practitioner',
        id: `practitioner-${clinician.id}`,
        name: [{ family: clinician.familyName, given: [clinician.givenName], prefix: ['Dr'] }],
      },
    ]);
  if (clinician && includes.includes('Schedule:actor:PractitionerRole'))
    entries.push([
      urn('PractitionerRole', practice, id),
      {
        resourceType: 'PractitionerRole',
        id: `role-${clinician.id}`,
        code: [{ coding: [{ code: clinician.role.code, display: clinician.role.name }] }],
      },
    ]);
  return entries;
}

/** References inside a Bundle are UUIDs; these follow from what they name. */
function urn(type: string, practice: OdsCode, id: number): string {
  const hex = createHash('sha256').update(`${type} ${practice} ${id}`).digest('hex');
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
