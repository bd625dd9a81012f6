import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';
import { CalendarDate } from '../../domain/london-time';
import type { SymptomCheck, SymptomChecks } from '../../domain/symptom-checks';
import type { CheckChange } from './history';

/** Symptom checks of one world, which its services ask for over HTTP: in the place of triage's database. */
export interface KeptChecks {
  url: string;
  /** Everything that was changed, in order. */
  changes: readonly CheckChange[];
  /** Keeps a check under which its person may be booked. */
  keep(digest: string, check: SymptomCheck): void;
  change(digest: string, how: CheckFault): void;
  /** Keeps it again as it was kept at first. */
  restore(digest: string): void;
  /** Changes it while it is read for the next time, too late for that reader. @returns a count of these changes */
  changeAtNextRead(digest: string, how: CheckFault): () => number;
  /** Answers readers, or refuses them all. */
  canBeRead(does: boolean): void;
  close(): Promise<void>;
}

/** Ways in which a check stops allowing the appointment that was offered for it. */
export const CHECK_FAULTS = [
  'emergency',
  'unfinished',
  'switched off',
  'expired',
  'of another',
  'gone',
] as const;
export type CheckFault = (typeof CHECK_FAULTS)[number];

/** Time that the reader's answer takes which a change has overtaken. */
const OVERTAKEN_MS = 60;

export async function keptChecks(): Promise<KeptChecks> {
  const first = new Map<string, SymptomCheck>();
  const now = new Map<string, SymptomCheck | null>();
  const changes: CheckChange[] = [];
  const atNextRead = new Map<string, { how: CheckFault; hits: number }>();
  let isReadable = true;

  const server = createServer((request, response) => {
    const digest = (request.url ?? '').slice(1);
    const found = now.get(digest) ?? null;
    const waiting = atNextRead.get(digest);
    if (!isReadable) {
      response.writeHead(500).end();
      return;
    }
    const answer = () => response.writeHead(200).end(JSON.stringify(found));
    if (waiting === undefined) {
      answer();
      return;
    }
    atNextRead.delete(digest);
    waiting.hits += 1;
    change(digest, waiting.how);
    setTimeout(answer, OVERTAKEN_MS);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('An HTTP server listens on a port.');

  function put(digest: string, check: SymptomCheck | null, allows: boolean): void {
    now.set(digest, check);
    changes.push({ check: digest, at: Date.now(), allows });
  }

  function change(digest: string, how: CheckFault): void {
    const check = first.get(digest);
    if (check !== undefined) put(digest, changed(check, how), false);
  }

  return {
    url: `http://127.0.0.1:${address.port}`,
    changes,
    keep(digest, check) {
      first.set(digest, check);
      put(digest, check, true);
    },
    change,
    restore(digest) {
      const check = first.get(digest);
      if (check !== undefined) put(digest, check, true);
    },
    changeAtNextRead(digest, how) {
      const waiting = { how, hits: 0 };
      atNextRead.set(digest, waiting);
      return () => waiting.hits;
    },
    canBeRead(does) {
      isReadable = does;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function changed(check: SymptomCheck, how: CheckFault): SymptomCheck | null {
  const { subject } = check;
  switch (how) {
    case 'emergency':
      return {
        ...check,
        result: { kind: 'OUTCOME', dispositionId: '999', title: 'Call 999 now', deadline: null },
      };
    case 'unfinished':
      return { ...check, result: { kind: 'UNFINISHED' } };
    case 'switched off':
      return { ...check, result: { kind: 'SWITCHED_OFF', advice: 'Phone 111.' } };
    case 'expired':
      return { ...check, expiresAt: new Date(0) };
    case 'of another':
      return { ...check, subject: { ...subject, dateOfBirth: CalendarDate.parse('1931-05-17') } };
    case 'gone':
      return null;
  }
}

const Check: z.ZodType<SymptomCheck> = z.object({
  pathwayId: z.string(),
  subject: z.object({ relationship: z.enum(['SELF', 'CHILD', 'OTHER']), dateOfBirth: CalendarDate }),
  expiresAt: z.coerce.date(),
  result: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('OUTCOME'),
      dispositionId: z.string(),
      title: z.string(),
      deadline: z.coerce.date().nullable(),
    }),
    z.object({ kind: z.literal('UNFINISHED') }),
    z.object({ kind: z.literal('SWITCHED_OFF'), advice: z.string() }),
  ]),
});

/** The services' side of it. */
export function checksOver(url: string): SymptomChecks {
  return {
    async find(digest) {
      const response = await fetch(`${url}/${digest}`);
      if (!response.ok) throw new Error('The symptom checks cannot be read.');
      return Check.nullable().parse(await response.json());
    },
  };
}
