import pino from 'pino';
import { scrubbed, survivors } from '../adapters/conformance/recording';
import { newPatient } from '../adapters/conformance/laboratory';
import { supplierIds } from '../adapters/registry';
import { startSimulators, type RunningSimulators } from '../adapters/simulator/start-simulators';
import { OdsCode } from '../domain/ods-code';
import { play, record } from './adapter-record';

const NOON = new Date('2026-03-02T12:00:00Z');
const practice = OdsCode.parse('T10001');

describe('recording a sandbox', () => {
  let simulators: RunningSimulators;
  beforeEach(async () => {
    simulators = await startSimulators({ now: () => NOON, logger: pino({ level: 'silent' }) });
  });
  afterEach(() => simulators.close());

  it.each([...supplierIds])('%s: keeps the exchanges without identifiers, and replays them', async (id) => {
    const patient = newPatient({ simulators, number: () => 1 }, practice);
    const recording = await record({ id, url: simulators.urls[id], practice, days: 2, patient }, NOON);

    expect(recording.found).toBeGreaterThan(0);
    const text = JSON.stringify(recording);
    const { nhsNumber, familyName, givenName, birthDate, linkage } = patient;
    for (const secret of [nhsNumber, familyName, givenName, birthDate, linkage!.userId, linkage!.key])
      expect(text).not.toContain(secret);
    expect(text).not.toMatch(/eyJ[\w-]+\./);
    await play(recording);
  });

  it('replays no request that was not recorded', async () => {
    const url = simulators.urls['gp-connect'];
    const recording = await record({ id: 'gp-connect', url, practice, days: 1, patient: undefined }, NOON);
    const other = { ...recording, to: new Date(+new Date(recording.to) + 60_000).toISOString() };
    await expect(play(other)).rejects.toThrow();
    await expect(play({ ...recording, found: recording.found + 1 })).rejects.toThrow(/the adapter now finds/);
  });
});

describe('scrubbing', () => {
  const patient = {
    nhsNumber: '9434765919',
    familyName: 'Ó Súilleabháin',
    givenName: 'Siân',
    birthDate: '1990-05-05',
  } as Parameters<typeof survivors>[1];

  it('takes out tokens, NHS numbers of anybody, addresses, and the patient, also where they are encoded', () => {
    const exchanges = [
      {
        path: `/Patient?identifier=${encodeURIComponent('a|9434765919')}`,
        reply: { access_token: 'letmein' },
      },
      { rawHeaders: { suid: 'opensesame' }, response: 'token opensesame of 943 476 5870, siân@example.org' },
      { response: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0. and Siân Ó Súilleabháin, 1990-05-05' },
    ];
    const clean = JSON.stringify(scrubbed(exchanges, patient));
    for (const secret of [
      'letmein',
      'opensesame',
      '9434765919',
      '943 476 5870',
      'example.org',
      'eyJhbG',
      'Siân',
      '1990',
    ])
      expect(clean).not.toContain(secret);
    expect(survivors(scrubbed(exchanges, patient), patient)).toEqual([]);
  });

  it('takes out our own secrets, as a form writes them too, and names one that has survived', () => {
    const ours = ['open & sesame'];
    const exchanges = [{ body: 'client_id=us&client_secret=open+%26+sesame' }, { body: { secret: ours[0] } }];
    expect(survivors(exchanges, undefined, ours)).toEqual(['a secret of ours']);
    const clean = scrubbed(exchanges, undefined, ours);
    expect(JSON.stringify(clean)).not.toMatch(/sesame/);
    expect(survivors(clean, undefined, ours)).toEqual([]);
  });

  it.each([
    ['an NHS number', { a: 'the number 943 476 5919' }],
    ['a token', { a: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.' }],
    ['an e-mail address', { a: 'somebody@example.org' }],
    ['the patient’s family name', { a: 'Ó SÚILLEABHÁIN' }],
  ])('names %s that has survived, and not its value', (kind, exchanges) => {
    const left = survivors(exchanges, patient);
    expect(left).toContain(kind);
    expect(left.join()).not.toMatch(/943|eyJ|example|súill/i);
  });
});
