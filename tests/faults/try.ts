import 'reflect-metadata';
import { bundleService } from './bundle-service';
import { cellsOf, type Configuration } from './fault-matrix';
import { runHistory } from './history-run';
import { openLane } from './lane';
async function main() {
  const configuration = (process.argv[2] ?? 'libsql') as Configuration;
  const wanted = process.argv[3] ?? '';
  const lane = await openLane(configuration);
  const bundle = await bundleService('try', []);
  const cells = cellsOf(configuration, true).filter(({ id }) => id.includes(wanted));
  console.log(cells.length, 'cells');
  const from = Number(process.argv[4] ?? 0), to = Number(process.argv[5] ?? 1);
  for (let index = from; index < to; index++) {
    const started = Date.now();
    const cell = cells[index % cells.length];
    const result = await runHistory({ index, configuration, seed: 1, journeys: wanted === '' || !cell ? [[]] : [[cell]] }, lane, bundle);
    console.log(index, wanted === '' ? '' : cell?.id, Date.now() - started, 'ms', result.operations, 'ops', 'filled', result.filled.length, JSON.stringify(result.violations));
    if (process.env.SHOW) for (const o of result.history.operations) console.log(o.completedAt - o.invokedAt, o.kind, o.said, o.during);
    if (process.env.SHOW) console.log(result.history.ledger.bookings, result.history.truth);
  }
  await lane.close();
}
main().catch((e) => { console.error(e); process.exitCode = 1; });
