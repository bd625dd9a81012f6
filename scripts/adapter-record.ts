import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import nock from 'nock';
import { z } from 'zod';
import { gpSystemAt } from '../adapters/conformance/gp-system-at';
import { Recording, scrubbed, STAND_IN, survivors } from '../adapters/conformance/recording';
import type { GpSystem, Patient, SlotSearch } from '../adapters/gp-system';
import { type SupplierId, supplierNamed } from '../adapters/registry';
import { CalendarDate } from '../domain/london-time';
import { NhsNumber } from '../domain/nhs-number';
import { OdsCode } from '../domain/ods-code';
import { valuesOfSupplier } from '../config';
import { runScript } from './run-script';

/**
 * `npm run adapter:record -- <id> --url <sandbox> --practice <ODS> [--days 2] [--patient <file>] [--name search]`:
 * requests a sandbox's health and free slots, and keeps the exchanges without identifiers under
 * `adapters/<id>/recorded/`; nothing is kept where one survives. `--play` replays what is kept, refusing every
 * request that was not recorded. Nothing is booked. What the sandbox needs besides its address is taken from the environment, as
 * the service takes it (`MERIDIAN_CLIENT_SECRET`).
 */
const Url = z.url({ error: '--url must be the address of the supplier’s sandbox.', protocol: /^https?$/ });
const Practice = z
  .string({ error: '--practice must be the ODS code of a practice of the sandbox.' })
  .pipe(OdsCode);
const PatientFile = z.object({
  nhsNumber: NhsNumber,
  familyName: z.string(),
  givenName: z.string(),
  birthDate: CalendarDate,
  linkage: z.object({ userId: z.string(), key: z.string() }).optional(),
});

const HOP_BY_HOP = /^(connection|content-length|keep-alive|transfer-encoding)$/i;

export interface Sandbox {
  id: SupplierId;
  url: string;
  practice: OdsCode;
  days: number;
  patient: Patient | undefined;
  /** Values of the manifest's `settings`; what the simulator takes where there are none. */
  values?: Readonly<Record<string, string>>;
}

/**
 * @param at the moment from which times are looked for
 * @throws Error naming what kind of identifier has survived the scrubbing.
 * @throws SupplierError where the sandbox cannot be asked.
 */
export async function record(
  { id, url, practice, days, patient, values = {} }: Sandbox,
  at = new Date(),
): Promise<Recording> {
  const [from, to] = [new Date(at.getTime() + 3_600_000), new Date(at.getTime() + days * 86_400_000)];
  nock.restore();
  nock.recorder.clear();
  nock.recorder.rec({ output_objects: true, dont_print: true });
  try {
    const found = await countFreeSlots(
      gpSystemAt(id, { url, values }, () => at),
      { practice, from, to, patient },
    );
    const ours = secretsOf(id, values);
    const exchanges = scrubbed(nock.recorder.play(), patient, ours);
    const left = survivors(exchanges, patient, ours);
    if (left.length > 0)
      throw new Error(
        `Nothing is kept, because of ${left.join(', ')} in the exchanges: scrub it in adapters/conformance/recording.ts.`,
      );
    const about = {
      supplier: id,
      practice,
      at: at.toISOString(),
      from: from.toISOString(),
      to: to.toISOString(),
    };
    return Recording.parse({ ...about, found, exchanges });
  } finally {
    nock.recorder.clear();
    nock.restore();
  }
}

/** Returns the values that let us in: an id may stay. */
function secretsOf(id: SupplierId, values: Readonly<Record<string, string>>): string[] {
  const { settings = [] } = supplierNamed(id).manifest;
  return settings.flatMap(({ name, kind }) => {
    const value = values[name];
    return kind === 'ID' || value === undefined ? [] : [value];
  });
}

/**
 * Replays a recording; every other request is refused.
 * @throws Error where the adapter sends, or finds, something else than it did.
 */
export async function play(recording: Recording): Promise<void> {
  const { exchanges, supplier, practice, at, from, to, found } = recording;
  const url = exchanges[0]?.scope;
  if (url === undefined) throw new Error('The recording is empty.');
  if (!nock.isActive()) nock.activate();
  nock.disableNetConnect();
  try {
    nock.define(exchanges.map(definition));
    const ods = OdsCode.parse(practice);
    const { userId, key, ...person } = STAND_IN;
    const patient = { ...person, linkage: { practice: ods, userId, key } };
    const id = supplierNamed(supplier).manifest.id;
    const system = gpSystemAt(id, url, () => new Date(at));
    const now = await countFreeSlots(system, {
      practice: ods,
      from: new Date(from),
      to: new Date(to),
      patient,
    });
    if (now !== found)
      throw new Error(`The recording holds ${found} slots, and the adapter now finds ${now}.`);
    if (nock.pendingMocks().length > 0)
      throw new Error(
        `The adapter no longer asks for ${nock.pendingMocks().length} of the recorded exchanges.`,
      );
  } finally {
    nock.cleanAll();
    nock.enableNetConnect();
    nock.restore();
  }
}

/** Without the request's body, which is new every time, and without the reply's length, which scrubbing has changed. */
function definition(exchange: Recording['exchanges'][number]): nock.Definition {
  const { scope, path, method, status, response } = exchange;
  const kept = Object.entries(exchange.rawHeaders).filter(([name]) => !HOP_BY_HOP.test(name));
  return { scope, path, method, status, response, rawHeaders: Object.fromEntries(kept) };
}

/** @returns the number of slots found. */
async function countFreeSlots(system: GpSystem, range: Omit<SlotSearch, 'actor'>): Promise<number> {
  const call = () => ({
    signal: AbortSignal.timeout(60_000),
    deadline: performance.now() + 60_000,
    requestId: '00000000-0000-4000-8000-000000000000',
  });
  const { status } = await system.health(call());
  if (status === 'DOWN') throw new Error('The supplier does not answer.');
  const actor = { kind: 'PATIENT', id: 'recording' } as const;
  let found = 0;
  for await (const page of system.searchSlots({ ...range, actor }, call())) found += page.length;
  return found;
}

function fileOf(id: string, name: string): string {
  return join(process.cwd(), 'adapters', id, 'recorded', `${name}.json`);
}

function patientIn(file: string | undefined, practice: OdsCode): Patient | undefined {
  if (file === undefined) return undefined;
  const { linkage, ...person } = PatientFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  return { ...person, ...(linkage && { linkage: { ...linkage, practice } }) };
}

/** A simulator on this machine takes its own values; a sandbox wants ours. */
function valuesFor(id: SupplierId, url: string) {
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
  return isHere ? {} : { values: valuesOfSupplier(id, process.env) };
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      practice: { type: 'string' },
      days: { type: 'string', default: '2' },
      patient: { type: 'string' },
      name: { type: 'string', default: 'search' },
      play: { type: 'boolean', default: false },
    },
  });
  const { id } = supplierNamed(positionals[0] ?? '').manifest;
  const file = fileOf(id, values.name);
  if (values.play) {
    await play(Recording.parse(JSON.parse(readFileSync(file, 'utf8'))));
    console.log(`${file} replays.`);
    return;
  }
  const practice = Practice.parse(values.practice);
  const url = Url.parse(values.url);
  const days = z.coerce.number({ error: '--days must be a number.' }).positive().parse(values.days);
  const patient = patientIn(values.patient, practice);
  const recording = await record({ id, url, practice, days, patient, ...valuesFor(id, url) });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(recording, null, 2)}\n`);
  console.log(`${recording.exchanges.length} exchanges are kept in ${file}.`);
}

if (require.main === module) runScript(main);
