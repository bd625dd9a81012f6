import { z } from 'zod';
import { EXECUTORS } from '../platform/execution/executor';

/** The executor that suites run on; `EXECUTOR=apollo npx jest …` runs them on Apollo's. */
export const EXECUTOR = z.enum(EXECUTORS).default('compiled').parse(process.env.EXECUTOR);
