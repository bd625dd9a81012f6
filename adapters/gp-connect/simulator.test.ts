import { syntheticNhsNumber } from '../../domain/nhs-number';
import { CONSUMER } from '../conformance/gp-system-at';
import { diary } from '../simulator/diary';
import { auditToken, type Scope } from './jwt';
import { gpConnectSimulator } from './simulator';

const NOON = new Date('2026-07-01T11:00:00Z');
const BASE = '/B86030/STU3/1/gpconnect/fhir';
const now = () => NOON;

const token = (scope: Scope, at = NOON) =>
  auditToken({
    consumer: CONSUMER,
    actor: { kind: 'PATIENT', id: 'pseudonym' },
    scope,
    audience: 'https://aud.invalid',
    now: at,
  });

function ask(path: string, query: [string, string][], change: Record<string, string | undefined> = {}) {
  const isSlot = path === '/Slot';
  const headers = {
    'ssp-traceid': 'trace',
    'ssp-from': '9990001',
    'ssp-to': '9990002',
    'ssp-interactionid': `urn:nhs:names:services:gpconnect:fhir:rest:search:${isSlot ? 'slot' : 'patient'}-1`,
    authorization: `Bearer ${token(isSlot ? 'organization/*.read' : 'patient/*.read')}`,
    ...change,
  };
  const request = { method: 'GET', path: BASE + path, query: new URLSearchParams(query), headers, body: '' };
  const reply = gpConnectSimulator({ diary: diary({ now }), now }).answer(request);
  return { status: reply.status, body: reply.body, headers: reply.headers };
}

const SEARCH: [string, string][] = [
  ['status', 'free'],
  ['start', 'ge2026-07-01T12:00:00+01:00'],
  ['end', 'le2026-07-15T12:00:00+01:00'],
  ['_include', 'Slot:schedule'],
  ['searchFilter', 'https://fhir.nhs.uk/STU3/CodeSystem/GPConnect-OrganisationType-1|urgent-care'],
];
const without = (name: string) => SEARCH.filter(([key]) => key !== name);
const withEnd = (end: string): [string, string][] => [...without('end'), ['end', end]];

describe('the simulated GP Connect provider', () => {
  it('answers a correct search with slots, schedules and an organisation, not to be stored', () => {
    const { status, body, headers } = ask('/Slot', SEARCH);
    expect(status).toBe(200);
    expect(headers?.['cache-control']).toBe('no-store');
    for (const type of ['Slot', 'Schedule', 'Organization'])
      expect(body).toContain(`"resourceType":"${type}"`);
    expect(body).not.toContain('"resourceType":"Practitioner"');
    expect(body).toMatch(/"start":"2026-07-01T\d\d:\d\d:00\+01:00"/);
  });

  it.each(['status', 'start', 'end', '_include'])('answers 400 when %s is missing', (name) => {
    expect(ask('/Slot', without(name))).toMatchObject({ status: 400 });
  });

  it.each([
    ['more than fourteen days', 'le2026-07-15T12:00:01+01:00'],
    ['an offset not valid on that date', 'le2026-07-10T12:00:00+00:00'],
    ['no offset', 'le2026-07-10T12:00:00'],
    ['the wrong prefix', 'lt2026-07-10T12:00:00+01:00'],
  ])('answers 422 INVALID_PARAMETER for %s', (_, end) => {
    const { status, body } = ask('/Slot', withEnd(end));
    expect(status).toBe(422);
    expect(body).toContain('INVALID_PARAMETER');
  });

  it('takes a date as upper bound for the end of that day', () => {
    expect(ask('/Slot', withEnd('le2026-07-14')).status).toBe(200);
  });

  it('answers an empty Bundle, without orphans, where nothing is free', () => {
    const { status, body } = ask('/Slot', withEnd('le2026-07-01T12:00:00+01:00'));
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({ resourceType: 'Bundle', type: 'searchset' });
  });

  it('ignores filters that it does not know', () => {
    expect(ask('/Slot', [...SEARCH, ['searchFilter', 'https://example.invalid|x']]).status).toBe(200);
  });

  it.each([
    ['no token', undefined, 401],
    ['a stale token', `Bearer ${token('organization/*.read', new Date('2026-07-01T10:00:00Z'))}`, 401],
    ['a token without its trailing dot', `Bearer ${token('organization/*.read').slice(0, -1)}`, 401],
    ['a token for another scope', `Bearer ${token('patient/*.read')}`, 403],
  ])('refuses %s', (_, authorization, status) => {
    expect(ask('/Slot', SEARCH, { authorization })).toMatchObject({ status });
  });

  it('refuses an interaction that does not fit', () => {
    expect(
      ask('/Slot', SEARCH, { 'ssp-interactionid': 'urn:nhs:names:services:gpconnect:fhir:other' }).status,
    ).toBe(400);
  });

  it('answers an empty Bundle for a patient it does not know, and 400 for what is no NHS number', () => {
    const system = 'https://fhir.nhs.uk/Id/nhs-number';
    const unknown = ask('/Patient', [['identifier', `${system}|${syntheticNhsNumber(20)}`]]);
    expect(unknown).toMatchObject({
      status: 200,
      body: JSON.stringify({ resourceType: 'Bundle', type: 'searchset' }),
    });
    expect(ask('/Patient', [['identifier', `${system}|1234567890`]]).body).toContain('INVALID_NHS_NUMBER');
  });
});
