/** A point in a program at which a test lets it wait, so that the order of two things is decided and not drawn. */
export interface Gate {
  /** Waits at the gate: resolves at once when the gate is open. */
  pass(): Promise<void>;
  /** Resolves when somebody has come to the gate. */
  readonly reached: Promise<void>;
  /** Lets everybody through, now and later. */
  open(): void;
}

/** A gate that is closed. */
export function closedGate(): Gate {
  let arrive: () => void = () => undefined;
  let open: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  return {
    pass() {
      arrive();
      return opened;
    },
    reached,
    open: () => {
      open();
    },
  };
}
