import type { BookCommand, GpSystem } from '../../adapters/gp-system';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import type { BookingDeps } from '../../subgraphs/appointments/booking/booking-deps';
import { bookingLaboratory, confirmInput, SUPPLIER, type BookingLaboratory } from '../booking-laboratory';
import { EMBEDDED } from '../databases';
import { changeCheck } from '../symptom-checks';
import { situations } from './situations';

/** The words that reach a practice with a booking: what its clinician has to know, then the person's own. */

let lab: BookingLaboratory;
let given: ReturnType<typeof situations>;
beforeAll(async () => {
  lab = await bookingLaboratory(await EMBEDDED.settings());
  given = situations(lab);
});
afterAll(() => lab.close());

const TAKEN_BACK = 'Told 999 at 10:02am, then changed that answer.';
const BEFORE = 'Told A&E at 9:40am.';

/** Confirms with these words at a supplier whose book takes so many characters. */
async function sent(handover: readonly string[], reason: string | undefined, reasonMaxLength: number) {
  const system = lab.deps.systems.get(SUPPLIER)!;
  const commands: BookCommand[] = [];
  const recording: GpSystem = {
    ...system,
    manifest: { ...system.manifest, capabilities: { ...system.manifest.capabilities, reasonMaxLength } },
    book: (command, call) => {
      commands.push(command);
      return system.book(command, call);
    },
  };
  const deps: BookingDeps = { ...lab.deps, systems: new Map(lab.deps.systems).set(SUPPLIER, recording) };
  const { caller, offered, holdId } = await given.held();
  changeCheck(offered.assessmentDigest, { handover });
  const answer = await confirmBooking({ ...confirmInput(holdId), reason }, caller, deps);
  return { answer, words: commands.map((command) => command.reason) };
}

test.each([
  ['nothing beside the person’s words where nothing was urgent', [], 'It itches.', 150, 'It itches.'],
  [
    'an emergency that was taken back, before the person’s words',
    [TAKEN_BACK, BEFORE],
    'It itches.',
    150,
    `${TAKEN_BACK} ${BEFORE} It itches.`,
  ],
  ['it alone where the person wrote nothing', [TAKEN_BACK], undefined, 150, TAKEN_BACK],
  ['as many whole sentences as the book takes', [TAKEN_BACK, BEFORE], undefined, 60, TAKEN_BACK],
  ['nothing where the book takes none', [TAKEN_BACK], undefined, 0, undefined],
])('are %s', async (_, handover, reason, max, words) => {
  const { answer, words: received } = await sent(handover, reason, max);
  expect(answer.kind).toBe('booking');
  expect(received).toEqual([words]);
});

test('are never left out: while they cannot be read nothing is booked, though all else can', async () => {
  const { caller, offered, holdId } = await given.held();
  changeCheck(offered.assessmentDigest, { handover: [TAKEN_BACK] });
  const { checks } = lab.deps;
  let reads = 0;
  // The second read is for the words: the first is for what may be in the way.
  const find: typeof checks.find = (digest) =>
    (reads += 1) === 2 ? Promise.reject(new Error('The database is busy.')) : checks.find(digest);
  const answer = await confirmBooking(confirmInput(holdId), caller, {
    ...lab.deps,
    checks: { ...checks, find },
  });
  expect(reads).toBe(2);
  expect(answer).toMatchObject({ kind: 'supplier-unavailable', why: 'UNAVAILABLE' });
});

test('are not cut: a person whose words have no room beside them is asked for fewer', async () => {
  const { answer, words } = await sent([TAKEN_BACK], 'x'.repeat(40), 79);
  const room = 79 - TAKEN_BACK.length - 1;
  expect(answer).toEqual({
    kind: 'invalid',
    faults: { 'input.reason': { code: 'TOO_LONG', parameters: { max: room } } },
  });
  expect(words).toEqual([]);
  expect((await sent([TAKEN_BACK], 'x'.repeat(room), 79)).words).toEqual([
    `${TAKEN_BACK} ${'x'.repeat(room)}`,
  ]);
});
