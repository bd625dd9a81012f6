import type { Logger } from 'pino';
import { addLondonDays } from '../domain/london-time';
import type { OdsCode } from '../domain/ods-code';
import { pause, type Timers } from '../domain/timers';
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
import type { HttpRequest } from './http/http-messages';
import { badReply } from './http/parse-reply';
import type { SupplierOperation, SupplierHttp } from './http/supplier-http';
import { maintenanceEnd } from './maintenance';
import {
  isSoundAppointment,
  isSoundSlot,
  isWithin,
  type LeftOutReason,
  MAX_SLOT_MS,
  withSoundNames,
} from './sound';

/** An adapter's call, and the knowledge about the command that it sent. */
interface CommandContext extends Context {
  /** False only where it is certain that no command took effect. */
  commandMayHaveEffect(): boolean;
  /** True where an answer to the command before was lost: what is said of the last one alone is not said of that. */
  commandWasRepeated(): boolean;
  leftOut: ReadonlyMap<LeftOutReason, number>;
}

interface Parts {
  manifest: Manifest;
  adapter: Adapter;
  http: SupplierHttp;
  now: () => Date;
  /** Measure the pauses that the adapter makes. */
  timers: Timers;
  logger?: Logger;
}

/** A slot that spans the joint of two searches lies wholly inside neither, so neighbours overlap by a slot. */
const JOINT_OVERLAP_MS = MAX_SLOT_MS;
/** A booking under the client's key is sent at most so often in one call. */
const MAX_SENT_UNDER_KEY = 3;

/**
 * Makes the port over one adapter.
 * @throws Error when the adapter does not have exactly the operations that its manifest declares.
 */
export function gpSystemOf(parts: Parts): GpSystem {
  const { manifest, adapter, now } = parts;
  const { id, limits, capabilities } = manifest;
  checkOperations(parts);
  const contextFor = contexts(parts);
  const { findAttempt } = adapter;

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
        yield soundSlots(page, context).filter(
          (slot) => isWithin(slot, search) && hasRoom(slot) && !seen.has(slot.id) && seen.add(slot.id),
        );
      reportLeftOut(parts, context);
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
      const context = contextFor('BOOK', command.slot.practice, call, command.attemptId);
      return outcomeOf(id, context, () => adapter.book(passedOn(command, manifest), context));
    },

    async readBack(probe, call) {
      if (!adapter.readBack) throw refuse('nothing can be read back');
      const listed = await adapter.readBack(probe, contextFor('READ_BACK', probe.practice, call));
      if (!listed.every((appointment) => isSoundAppointment(appointment, now())))
        throw badReply(id, 'the dates of an appointment cannot be right');
      return listed.map(withSoundNames);
    },

    ...(findAttempt && {
      findAttempt: (probe, call) =>
        findAttempt(probe, contextFor('READ_BACK', probe.practice, call, probe.attemptId)),
    }),

    async cancel(command, call) {
      const { cancel } = adapter;
      if (!cancel) return rejected('NOT_PERMITTED');
      if (command.slot.startsAt <= now()) return rejected('TOO_LATE');
      const context = contextFor('CANCEL', command.practice, call);
      return outcomeOf(id, context, () => cancel(command, context));
    },

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

function soundSlots(page: readonly Slot[], context: Context): Slot[] {
  const sound = page.filter(isSoundSlot);
  for (let left = page.length - sound.length; left > 0; left--) context.leaveOut('UNSOUND');
  return sound;
}

/** Counts in the log what a search did not offer: without it, that would look as if nothing was free. */
function reportLeftOut({ manifest, logger }: Parts, { requestId, leftOut }: CommandContext): void {
  if (leftOut.size === 0) return;
  const level = leftOut.has('UNSOUND') ? 'warn' : 'info';
  logger?.[level](
    { supplier: manifest.id, requestId, leftOut: Object.fromEntries(leftOut) },
    'slots left out',
  );
}

/** Tells whether one person more has a place: a time that is full is never offered. */
function hasRoom({ places }: Slot): boolean {
  return places === undefined || (places.left >= 1 && places.left <= places.all);
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
  supplier: string,
  context: CommandContext,
  work: () => Promise<CommandOutcome<Yes, Refusal>>,
): Promise<CommandOutcome<Yes, Refusal | 'NOT_PERMITTED'>> {
  try {
    const outcome = await work();
    if (outcome.class !== 'THROTTLED' || !context.commandWasRepeated()) return outcome;
    const { retryAfterMs } = outcome;
    throw new SupplierError(supplier, 'THROTTLED', {
      mayHaveBeenSent: true,
      ...(retryAfterMs !== null && { retryAfterMs }),
    });
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
  const { supplier, fault, message, cause, status, retryAfterMs, path, until } = error;
  return new SupplierError(supplier, fault, {
    mayHaveBeenSent: false,
    message,
    cause,
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(path === undefined ? {} : { path }),
    ...(until === undefined ? {} : { until }),
  });
}

const TIMEOUTS = {
  SEARCH: 'search',
  BOOK: 'book',
  READ_BACK: 'read',
  CANCEL: 'cancel',
  HEALTH: 'read',
} as const satisfies Record<SupplierOperation, keyof Manifest['limits']['timeoutMs']>;

function contexts({ manifest, http, now, timers }: Parts) {
  const { id, limits, capabilities, maintenance = [] } = manifest;

  function refuseInMaintenance(): void {
    const until = maintenanceEnd(maintenance, now());
    if (until === null) return;
    const retryAfterMs = until.getTime() - now().getTime();
    throw new SupplierError(id, 'MAINTENANCE', { mayHaveBeenSent: false, until, retryAfterMs });
  }

  return function contextFor(
    operation: SupplierOperation,
    practice: OdsCode | null,
    call: Call,
    attemptId?: string,
  ): CommandContext {
    let commands: HttpRequest[] = [];
    let lastWasCommand = false;
    const leftOut = new Map<LeftOutReason, number>();
    const timeoutMs = limits.timeoutMs[TIMEOUTS[operation]];
    const mayRepeat = (request: HttpRequest) =>
      capabilities.bookIdempotency === 'clientKey' &&
      operation === 'BOOK' &&
      commands.length < MAX_SENT_UNDER_KEY &&
      commands.every((sent) => isSameAttempt(sent, request, attemptId));
    return {
      requestId: call.requestId,
      async send(asked) {
        const request = { timeoutMs, ...asked };
        const isCommand = request.effect === 'COMMAND';
        if (isCommand && commands.length > 0 && !mayRepeat(request))
          throw new SupplierError(id, 'REQUEST_REFUSED', {
            mayHaveBeenSent: false,
            message: `${id}: a command is never sent again before it is known to have done nothing`,
          });
        refuseInMaintenance();
        if (isCommand) commands.push(request);
        lastWasCommand = isCommand;
        try {
          return await http.send(request, { ...call, operation, practice });
        } catch (error) {
          if (isCommand && error instanceof SupplierError && !error.mayHaveBeenSent) commands.pop();
          throw error;
        }
      },
      async pause(ms) {
        const timedOut = (cause?: unknown) =>
          new SupplierError(id, 'TIMED_OUT', { mayHaveBeenSent: true, cause });
        if (timers.elapsedMs() + ms >= call.deadline) throw timedOut();
        await pause(timers, ms, call.signal).catch((reason: unknown) => {
          throw timedOut(reason);
        });
      },
      leftOut,
      leaveOut(reason) {
        leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
      },
      commandProvenUndone() {
        // What is learnt of a read says nothing about a command before it.
        if (lastWasCommand) commands = commands.slice(0, -1);
      },
      commandMayHaveEffect: () => commands.length > 0,
      commandWasRepeated: () => commands.length > 1,
    };
  };
}

/** Tells whether a booking repeats another to the letter, but for our log-on, and carries the key that says so. */
function isSameAttempt(one: HttpRequest, other: HttpRequest, key: string | undefined): boolean {
  const words = ({ method, path, query = [], body = '' }: HttpRequest) =>
    JSON.stringify([method, path, query, body]);
  const isKeyed = ({ headers = {}, body = '' }: HttpRequest) =>
    key !== undefined && (Object.values(headers).includes(key) || body.includes(key));
  return words(one) === words(other) && isKeyed(one) && isKeyed(other);
}

function checkOperations({ manifest, adapter }: Parts): void {
  const { id, capabilities } = manifest;
  const declared = [
    ['readBack', capabilities.readBack !== 'none'],
    ['cancel', capabilities.cancel],
  ] as const;
  for (const [operation, isDeclared] of declared)
    if ((adapter[operation] !== undefined) !== isDeclared)
      throw new Error(
        `The adapter "${id}" ${isDeclared ? 'lacks' : 'has'} ${operation}, and its manifest says otherwise.`,
      );
  if (adapter.findAttempt !== undefined && capabilities.bookIdempotency === 'none')
    throw new Error(`The adapter "${id}" has findAttempt, and its manifest names no key to find one by.`);
}
