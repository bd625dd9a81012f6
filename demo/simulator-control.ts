import { z } from 'zod';
import type { Person } from '../domain/caller';
import type { OdsCode } from '../domain/ods-code';

/** The control API of the simulated suppliers, as a demonstration uses it from another process. */
export interface SimulatorControl {
  register(practice: OdsCode, person: Person): Promise<void>;
  /** The desk fills its book: how many slots it took. */
  deskTakes(practice: OdsCode, from: Date, to: Date): Promise<number>;
  /** The desk frees what it had taken: how many slots. */
  deskFrees(practice: OdsCode, from: Date, to: Date): Promise<number>;
  /** The truth about one person, at all practices. */
  appointmentsOf(person: Person): Promise<SimulatedAppointment[]>;
  /** Any other request, such as a fault or a move of the clock. */
  send(method: 'POST' | 'DELETE', path: string, body?: object): Promise<unknown>;
}

const Appointment = z.object({
  id: z.string(),
  practice: z.string(),
  status: z.enum(['BOOKED', 'CANCELLED']),
  startsAt: z.string(),
  slotType: z.string(),
  bookedBy: z.object({ route: z.string(), consumer: z.string() }),
});
export type SimulatedAppointment = z.infer<typeof Appointment>;

/** @param url for example `http://127.0.0.1:4100`. */
export function simulatorControl(url: string): SimulatorControl {
  async function send(method: 'POST' | 'DELETE', path: string, body: object = {}): Promise<unknown> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok)
      throw new Error(`The simulated suppliers answered ${path} with HTTP status ${response.status}.`);
    return response.json();
  }
  const post = (path: string, body: object) => send('POST', path, body);

  return {
    send,
    async register(practice, { nhsNumber, familyName, givenName, birthDate, linkage }) {
      await post(`/practices/${practice}/patients`, { nhsNumber, familyName, givenName, birthDate, linkage });
    },
    async deskTakes(practice, from, to) {
      const taken = await post(`/practices/${practice}/desk/take`, { from, to });
      return z.object({ slots: z.number() }).parse(taken).slots;
    },
    async deskFrees(practice, from, to) {
      const freed = await post(`/practices/${practice}/desk/free`, { from, to });
      return z.object({ slots: z.number() }).parse(freed).slots;
    },
    async appointmentsOf({ nhsNumber }) {
      const found = await post('/appointments/search', { nhsNumber });
      return z.object({ appointments: z.array(Appointment) }).parse(found).appointments;
    },
  };
}
