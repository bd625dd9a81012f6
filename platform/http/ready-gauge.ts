import { Gauge, type Registry } from 'prom-client';
import type { Readiness } from './readiness';

/**
 * `gp_booking_ready{part}`: 1 where `/health/ready` would answer 200. Its value shows alarms that a part cannot
 * serve, its absence that no process of that part runs, or is scraped, at all.
 * @param parts all that this process runs, by name; registered once in a process
 */
export function registerReady(
  registry: Registry | undefined,
  parts: ReadonlyMap<string, Pick<Readiness, 'missing' | 'isStopping'>>,
): void {
  if (registry === undefined) return;
  new Gauge({
    name: 'gp_booking_ready',
    help: '1 when this process can serve for the part.',
    labelNames: ['part'],
    registers: [registry],
    async collect() {
      await Promise.all(
        [...parts].map(async ([part, known]) => {
          const isReady = !known.isStopping && (await known.missing()).length === 0;
          this.set({ part }, isReady ? 1 : 0);
        }),
      );
    },
  });
}
