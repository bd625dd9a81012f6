import type { CrashPoint } from './service-settings';

/** Watches the calls of a process's dependencies, and ends the process at a chosen one as a power cut would. */
export interface CrashPoints {
  /** The same object, its functions watched under `<name>.<function>`. */
  watched<T extends object>(name: string, target: T): T;
  /** Forgets the calls so far; with a point, the process ends when it gets there. */
  watch(crashAt: CrashPoint | null): void;
  /** The calls since `watch`, in order. */
  steps(): readonly string[];
}

/** Looking for work and finding none is no step of anything. */
const POLLS = new Set(['ledger.claimUnsettled', 'ledger.claimForComparison', 'ledger.claimPending']);

/** @param end ends the process, at once and without any tidying. */
export function crashPoints(end: () => void): CrashPoints {
  let armed: CrashPoint | null = null;
  let taken: string[] = [];

  function reached(step: string, when: CrashPoint['when'], ordinal: number): void {
    if (armed?.step === step && armed.when === when && armed.ordinal === ordinal) end();
  }

  function enter(step: string): number {
    taken.push(step);
    const ordinal = taken.filter((one) => one === step).length;
    reached(step, 'before', ordinal);
    return ordinal;
  }

  async function polled(step: string, result: Promise<unknown>): Promise<unknown> {
    const found = await result;
    if (!Array.isArray(found) || found.length > 0) reached(step, 'after', enter(step));
    return found;
  }

  async function settled(step: string, ordinal: number, result: Promise<unknown>): Promise<unknown> {
    const value = await result;
    reached(step, 'after', ordinal);
    return value;
  }

  async function* ended(step: string, ordinal: number, result: AsyncIterable<unknown>) {
    yield* result;
    reached(step, 'after', ordinal);
  }

  return {
    watched(name, target) {
      return new Proxy(target, {
        get(object, property): unknown {
          const value: unknown = Reflect.get(object, property);
          if (typeof value !== 'function') return value;
          const step = `${name}.${String(property)}`;
          return (...given: unknown[]): unknown => {
            if (POLLS.has(step)) return polled(step, Promise.resolve(value.apply(object, given)));
            const ordinal = enter(step);
            const result: unknown = value.apply(object, given);
            if (result instanceof Promise) return settled(step, ordinal, result);
            if (isIterable(result)) return ended(step, ordinal, result);
            return result;
          };
        },
      });
    },
    watch(crashAt) {
      armed = crashAt;
      taken = [];
    },
    steps: () => taken,
  };
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
