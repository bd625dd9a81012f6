import { z } from 'zod';
import { GRAINS } from './question';

/** Answers of the published operations for analysts. */
const Kind = z.enum(['DIMENSION', 'COUNT', 'SHARE', 'MINUTES']);

export const MeasureEntry = z.object({
  measure: z.string(),
  title: z.string(),
  kind: Kind,
  dimensions: z.array(z.string()),
  needs: z.string().nullish(),
});
export type MeasureEntry = z.infer<typeof MeasureEntry>;

export const DimensionEntry = z.object({
  dimension: z.string(),
  title: z.string(),
  values: z.array(z.object({ value: z.string(), title: z.string() })).nullish(),
});
export type DimensionEntry = z.infer<typeof DimensionEntry>;

export const SavedQuestion = z.object({
  number: z.number(),
  title: z.string(),
  measures: z.array(z.string()),
  by: z.array(z.string()),
  grain: z.enum(GRAINS),
});
export type SavedQuestion = z.infer<typeof SavedQuestion>;

export const Catalogue = z.object({
  /** Null before the first day is published. */
  lastDay: z.string().nullish(),
  measures: z.array(MeasureEntry),
  dimensions: z.array(DimensionEntry),
  questions: z.array(SavedQuestion),
});
export type Catalogue = z.infer<typeof Catalogue>;

export const Column = z.object({
  name: z.string(),
  title: z.string(),
  kind: Kind,
  unit: z.string().nullish(),
});
export type Column = z.infer<typeof Column>;

/** `*` is withheld; an empty text has no value. */
export const Table = z.object({
  columns: z.array(Column),
  rows: z.array(z.array(z.string())),
  dataUpTo: z.string(),
  publishedAt: z.string(),
  rule: z.string(),
  link: z.string(),
});
export type Table = z.infer<typeof Table>;

/** Members of the answer beside the table. */
export const Problem = z.object({
  __typename: z.string(),
  code: z.string(),
  message: z.string(),
  drop: z.array(z.string()).optional(),
  fields: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof Problem>;
