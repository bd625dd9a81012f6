import type { Hold, Outcome, Question } from './answers';

/** One person's way through the pages so far: it lives in the session, so that no address has to carry it. */
export interface Journey {
  relationship?: 'SELF' | 'CHILD' | 'OTHER';
  dateOfBirth?: string;
  sex?: 'FEMALE' | 'MALE' | 'UNSPECIFIED';
  words?: string;
  checks?: { id: string; title: string; summary?: string | null | undefined }[];
  checkId?: string;
  postcode?: string;
  assessment?: { id: string; revision: number; title: string };
  /** Questions shown so far, in order, with the answers given. */
  asked?: { question: Question; answer?: string[] }[];
  outcome?: Outcome;
  banner?: string | null;
  patient?: { id: string; givenName: string; isCaller: boolean };
  hold?: Hold;
  phone?: string;
  reason?: string;
  bookingId?: string;
}

/** Page on which the first thing that is still missing is asked, before a symptom check can start. */
export function firstMissingPage(journey: Journey): string | null {
  if (journey.relationship === undefined) return '/who';
  if (journey.dateOfBirth === undefined) return '/age';
  if (journey.sex === undefined) return '/sex';
  if (journey.checks === undefined) return '/symptoms';
  if (journey.checkId === undefined) return '/checks';
  if (journey.postcode === undefined) return '/where';
  return null;
}

/** Forgets the symptom check and all that rests on it, when something about the person has changed. */
export function withoutCheck(journey: Journey): Journey {
  const { relationship, dateOfBirth, sex, postcode, phone } = journey;
  return {
    ...(relationship && { relationship }),
    ...(dateOfBirth !== undefined && { dateOfBirth }),
    ...(sex && { sex }),
    ...(postcode !== undefined && { postcode }),
    ...(phone !== undefined && { phone }),
  };
}
