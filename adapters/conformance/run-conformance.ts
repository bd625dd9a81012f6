import { z } from 'zod';
import { machineTimers, within } from '../../domain/timers';
import { type SupplierId, supplierNamed } from '../registry';
import { SIMULATOR_FAILED } from '../simulator/protocol-server';
import type { Result } from './certificate';
import { type Laboratory, laboratory } from './laboratory';
import { LEVELS, type Level, type Requirement } from './requirement';
import { requirements } from './requirements';

export interface ConformanceOptions {
  seed: number;
  /** The highest level to try; all without it. */
  upTo?: Level;
  /** Tries these requirements alone. */
  only?: readonly string[];
}

/** Only what hangs takes so long, on the busiest machine: no call's own time passes by itself. */
const HANGS_AFTER_MS = 60_000;

/** Tries every requirement on one adapter, each in a laboratory of its own, and returns the results. */
export async function runConformance(id: SupplierId, options: ConformanceOptions): Promise<Result[]> {
  const { upTo = 'L4', only } = options;
  const chosen = requirements.filter(
    (one) => LEVELS.indexOf(one.level) <= LEVELS.indexOf(upTo) && (only?.includes(one.id) ?? true),
  );
  const results: Result[] = [];
  for (const requirement of chosen) results.push(await tryRequirement(requirement, id, options.seed));
  return results;
}

async function tryRequirement(requirement: Requirement, id: SupplierId, seed: number): Promise<Result> {
  const { manifest } = supplierNamed(id);
  const { level, title } = requirement;
  const heading = { level, id: requirement.id, title };
  const notFor = requirement.notFor?.(manifest) ?? null;
  if (notFor !== null) return { ...heading, outcome: 'NOT_APPLICABLE', reason: notFor, ms: 0 };
  const bypass = manifest.bypass?.find((one) => one.requirement === requirement.id);
  const startedAt = performance.now();
  const failure = await failureOf(requirement, id, seed);
  const ms = Math.round(performance.now() - startedAt);
  if (failure === null)
    return bypass
      ? {
          ...heading,
          outcome: 'FAILED',
          reason: 'It is bypassed in the manifest, but kept: remove the bypass.',
          ms,
        }
      : { ...heading, outcome: 'PASSED', reason: null, ms };
  return bypass
    ? { ...heading, outcome: 'BYPASSED', reason: bypass.reason, ms }
    : { ...heading, outcome: 'FAILED', reason: failure, ms };
}

async function failureOf(requirement: Requirement, id: SupplierId, seed: number): Promise<string | null> {
  let lab: Laboratory | undefined;
  try {
    lab = await laboratory(id, { seed, name: requirement.id });
    const ended = within(
      machineTimers,
      HANGS_AFTER_MS,
      requirement.run(lab).then(() => true),
    );
    return (await ended) ? null : `It has not ended after ${HANGS_AFTER_MS / 1_000} seconds: a call hangs.`;
  } catch (error) {
    return plain(error instanceof Error ? error.message : String(error)) + (lab ? lastExchange(lab) : '');
  } finally {
    await lab?.close();
  }
}

const LONGEST_REASON = 1_500;
const LONGEST_BODY = 400;

/** The last request that the supplier got, and its reply: people and log-ons of the suite are invented. */
function lastExchange({ wire, manifest, logged }: Laboratory): string {
  const ours = wire.filter(({ supplier }) => supplier === manifest.id);
  const sent = ours.findLast(({ reply }) => reply === undefined);
  if (sent === undefined) return thrownBySimulator(logged);
  const answered = ours.findLast(({ request, reply }) => request === sent.request && reply !== undefined);
  const { method, path, query, body } = sent.request;
  const address = [path, query.toString()].filter(Boolean).join('?');
  const reply = answered?.reply;
  const outcome = reply ? `${reply.status} ${shortened(reply.body)}` : 'no reply, or a fault in its place';
  const request = `Last request (${sent.target.operation}): ${method} ${address} ${shortened(body)}`;
  return `${thrownBySimulator(logged)}\n${request}\nReply: ${outcome}`;
}

const Thrown = z.object({ err: z.object({ message: z.string(), stack: z.string() }).partial() });

/** A simulator that throws looks like a connection that ends: the first such error, with its place in the sources. */
function thrownBySimulator(logged: readonly string[]): string {
  const line = logged.find((one) => one.includes(SIMULATOR_FAILED));
  const thrown = line === undefined ? undefined : Thrown.safeParse(JSON.parse(line)).data?.err;
  if (thrown === undefined) return '';
  const { message = '', stack = '' } = thrown;
  const where = stack.split('\n').find((place) => place.includes('adapters')) ?? '';
  return `\nThe simulator has thrown, so mend it first: ${message} ${where.trim()}`;
}

function shortened(text: string): string {
  return text.length > LONGEST_BODY ? `${text.slice(0, LONGEST_BODY)}…` : text;
}

/** Assertion messages are coloured for terminals. */
function plain(text: string): string {
  return text.replace(/\u001b\[[0-9;]*m/g, '').slice(0, LONGEST_REASON);
}
