import { addLondonDays } from '../domain/london-time';
import type { OdsCode } from '../domain/ods-code';
import type { Adapter, Context } from './adapter';
import {
  type BookCommand,
  type Call,
  type GpSystem,
  type Manifest,
  type CommandOutcome,
  type Slot,
  SupplierError,
} from './gp-system';
import type { SupplierOperation, SupplierHttp } from './http/supplier-http';

/** An adapter's call, and the knowledge about the command that it sent. */
interface CommandContext extends Context {
  /** False only where it is certain that no command took effect. */
  commandMayHaveEffect(): boolean;
}

interface Parts {
  manifest: Manifest;
  adapter: Adapter;
  http: SupplierHttp;
  now: () => Date;
}

/** A slot that spans the joint of two searches lies wholly inside neither, so neighbours overlap by more than a slot. */
const JOINT_OVERLAP_MS = 2 * 3_600_000;

/**
 * Makes the port over one adapter.
 * @throws Error when the adapter does not have exactly the operations that its manifest declares.
 */
export function gpSystemOf(parts: Parts): GpSystem {
  const { manifest, adapter, now } = parts;
  const { id, limits, capabilities } = manifest;
  checkOperations(parts);
  const contextFor = contexts(parts);
  const { changes } = adapter;

  const refuse = (what: string) =>
    new SupplierError(id, 'NOT_PERMITTED', {
      mayHaveBeenSent: false,
      message: `${id}: ${what}, as its manifest says`,
    });

  async function* searchSlots(...[search, call]: Parameters<GpSystem['searchSlots']>) {
    const seen = new Set<string>();
    for (const range of searchRanges(search.from, search.to, limits.searchWindowDays)) {
      const context = contextFor('SEARCH', search.practice, call);
      for await (const page of adapter.searchSlots({ ...search, ...range }, context))
        yield page.filter((slot) => isWithin(slot, search) && !seen.has(slot.id) && seen.add(slot.id));
    }
  }

  return {
    manifest,
    searchSlots,

    async checkSlot({ slot, actor, patient }, call) {
      const { practice, startsAt: from, endsAt: to } = slot;
      try {
        for await (const page of searchSlots({ practice, from, to, actor, patient }, call))
          if (page.some((one) => one.id === slot.id)) return 'FREE';
        return 'TAKEN';
      } catch (error) {
        if (error instanceof SupplierError) return 'UNKNOWN';
        throw error;
      }
    },

    async book(command, call) {
      if (!capabilities.modes.includes(command.slot.mode)) return rejected('INVALID_REQUEST');
      if (command.slot.startsAt <= now()) return rejected('SLOT_IN_PAST');
      const context = contextFor('BOOK', command.slot.practice, call);
      return outcomeOf(context, () => adapter.book(passedOn(command, manifest), context));
    },

    async readBack(probe, call) {
      if (!adapter.readBack) throw refuse('nothing can be read back');
      return adapter.readBack(probe, contextFor('READ_BACK', probe.practice, call));
    },

    async cancel(command, call) {
      const { cancel } = adapter;
      if (!cancel) return rejected('NOT_PERMITTED');
      if (command.slot.startsAt <= now()) return rejected('TOO_LATE');
      const context = contextFor('CANCEL', command.practice, call);
      return outcomeOf(context, () => cancel(command, context));
    },

    ...(changes && {
      changes: (probe, call) => changes(probe, contextFor('CHANGES', probe.practice, call)),
    }),

    async health(call) {
      try {
        return await adapter.health(contextFor('HEALTH', null, call));
      } catch (error) {
        if (!(error instanceof SupplierError)) throw error;
        return { status: error.fault === 'UNREACHABLE' || error.fault === 'TIMED_OUT' ? 'DOWN' : 'DEGRADED' };
      }
    },
  };
}

/**
 * Returns ranges of at most so many calendar days that together cover `[from, to]`; a day may have 23 or 25 hours.
 */
export function searchRanges(from: Date, to: Date, days: number): { from: Date; to: Date }[] {
  const latest = addLondonDays(from, days);
  if (to <= latest) return [{ from, to }];
  return [{ from, to: latest }, ...searchRanges(new Date(latest.getTime() - JOINT_OVERLAP_MS), to, days)];
}

function isWithin({ startsAt, endsAt }: Slot, { from, to }: { from: Date; to: Date }): boolean {
  return startsAt >= from && endsAt <= to;
}

function rejected<Refusal>(refusal: Refusal) {
  return { class: 'REJECTED', refusal } as const;
}

/** Shortens the patient's words to what the supplier takes. */
function passedOn(command: BookCommand, { id, capabilities }: Manifest): BookCommand {
  const { marker, reasonMaxLength } = capabilities;
  if (marker && command.marker.length > marker.maxLength)
    throw new RangeError(`${id}: a marker has at most ${marker.maxLength} characters.`);
  return { ...command, reason: command.reason?.slice(0, reasonMaxLength) || undefined };
}

/** Evidence decides: whatever failed before a command was sent did nothing, and nothing after it is certain. */
async function outcomeOf<Yes, Refusal extends string>(
  context: CommandContext,
  work: () => Promise<CommandOutcome<Yes, Refusal>>,
): Promise<CommandOutcome<Yes, Refusal | 'NOT_PERMITTED'>> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SupplierError)) throw error;
    if (context.commandMayHaveEffect()) return { class: 'AMBIGUOUS', error };
    if (error.fault === 'THROTTLED') return { class: 'THROTTLED', retryAfterMs: error.retryAfterMs ?? null };
    if (error.fault === 'NOT_AUTHENTICATED' || error.fault === 'NOT_PERMITTED')
      return rejected('NOT_PERMITTED');
    return { class: 'NOT_SENT', error: error.mayHaveBeenSent ? withNothingSent(error) : error };
  }
}

/** Says that nothing was sent: the requests before only prepared a command, which was not. */
function withNothingSent(error: SupplierError): SupplierError {
  const { supplier, fault, message, cause, status, retryAfterMs, path } = error;
  return new SupplierError(supplier, fault, {
    mayHaveBeenSent: false,
    message,
    cause,
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(path === undefined ? {} : { path }),
  });
}

const TIMEOUTS = {
  SEARCH: 'search',
  BOOK: 'book',
  READ_BACK: 'read',
  CANCEL: 'cancel',
  CHANGES: 'read',
  HEALTH: 'read',
} as const satisfies Record<SupplierOperation, keyof Manifest['limits']['timeoutMs']>;

function contexts({ manifest, http }: Parts) {
  const { id, limits } = manifest;

  return function contextFor(
    operation: SupplierOperation,
    practice: OdsCode | null,
    call: Call,
  ): CommandContext {
    let command: 'NONE' | 'SENT' = 'NONE';
    let lastWasCommand = false;
    const timeoutMs = limits.timeoutMs[TIMEOUTS[operation]];
    return {
      requestId: call.requestId,
      async send(request) {
        const isCommand = request.effect === 'COMMAND';
        if (isCommand && command === 'SENT')
          throw new SupplierError(id, 'REQUEST_REFUSED', {
            mayHaveBeenSent: false,
            message: `${id}: a command is never sent again before it is known to have done nothing`,
          });
        if (isCommand) command = 'SENT';
        lastWasCommand = isCommand;
        try {
          return await http.send({ timeoutMs, ...request }, { ...call, operation, practice });
        } catch (error) {
          if (isCommand && error instanceof SupplierError && !error.mayHaveBeenSent) command = 'NONE';
          throw error;
        }
      },
      commandProvenUndone() {
        // What is learnt of a read says nothing about a command before it.
        if (lastWasCommand) command = 'NONE';
      },
      commandMayHaveEffect: () => command === 'SENT',
    };
  };
}

function checkOperations({ manifest, adapter }: Parts): void {
  const { id, capabilities } = manifest;
  const declared = [
    ['readBack', capabilities.readBack !== 'none'],
    ['cancel', capabilities.cancel],
    ['changes', capabilities.changeFeed !== 'none'],
  ] as const;
  for (const [operation, isDeclared] of declared)
    if ((adapter[operation] !== undefined) !== isDeclared)
      throw new Error(
        `The adapter "${id}" ${isDeclared ? 'lacks' : 'has'} ${operation}, and its manifest says otherwise.`,
      );
}
