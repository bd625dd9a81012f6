import { z } from 'zod';
import { BOOKABLE_SCOPES } from '../../../domain/disposition-catalogue';

/** The closed sets of triage; the API's enums of the same names are made from them. */

export const ContentStatus = z.enum(['DEMO', 'REVIEWED', 'LIVE']);
export type ContentStatus = z.infer<typeof ContentStatus>;

export const CareLevel = z.enum([
  'AMBULANCE',
  'EMERGENCY_DEPARTMENT',
  'URGENT_CALLBACK',
  'PRIMARY_CARE',
  'OTHER_SERVICE',
  'PHARMACY',
  'SELF_CARE',
]);
export type CareLevel = z.infer<typeof CareLevel>;

export const BookableScope = z.enum(BOOKABLE_SCOPES);
export type BookableScope = z.infer<typeof BookableScope>;

export const QuestionKind = z.enum(['CHOOSE_ONE', 'TICK_ANY']);
export type QuestionKind = z.infer<typeof QuestionKind>;

export const Sex = z.enum(['FEMALE', 'MALE', 'UNSPECIFIED']);
export type Sex = z.infer<typeof Sex>;

/** Relation between the person with the symptoms and the one who answers. */
export const Relationship = z.enum(['SELF', 'CHILD', 'OTHER']);
export type Relationship = z.infer<typeof Relationship>;

/** The option with which every question can be answered. */
export const UNSURE = 'unsure';
