const { setTimeout: sleep } = require('node:timers/promises');
const { TestEnvironment } = require('jest-environment-node');

const LOOK_EVERY_MS = 10;
/** Connections that were closed take a moment to be gone; what is left after this is a leak on any machine. */
const GONE_WITHIN_MS = 20_000;

/**
 * Fails a test file that leaves something behind which keeps a process alive: a server, a socket, a timer, a child.
 * The option `goneWithinMs` is for its own test.
 */
module.exports = class LeakCheckingEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.goneWithinMs = config.projectConfig.testEnvironmentOptions.goneWithinMs ?? GONE_WITHIN_MS;
  }

  async setup() {
    await super.setup();
    this.before = countByKind();
  }

  async teardown() {
    await super.teardown();
    const end = performance.now() + this.goneWithinMs;
    for (let left = this.leaked(); left.length > 0; left = this.leaked()) {
      if (performance.now() > end)
        throw new Error(
          `This file leaves behind: ${left.join(', ')}. Close what it opens; npx jest --detectOpenHandles <file> finds it.`,
        );
      await sleep(LOOK_EVERY_MS);
    }
  }

  leaked() {
    return Object.entries(countByKind()).flatMap(([kind, count]) => {
      const more = count - (this.before[kind] ?? 0);
      return more > 0 ? [`${more} ${kind}`] : [];
    });
  }
};

/** Counts the resources that keep this process alive, by Node's names. Open files and look-ups end by themselves. */
function countByKind() {
  const counts = {};
  for (const kind of process.getActiveResourcesInfo())
    if (/Server|Socket|Timeout|Process|Pipe|Worker|MessagePort|UDP|Immediate/.test(kind))
      counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
