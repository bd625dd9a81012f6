import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';
import { z } from 'zod';

/** Page for somebody who could not sign in: words, and a way on. */
export interface SignInRefusal {
  reason: RefusalReason;
  status: 400 | 403 | 503;
  title: string;
  message: string;
  /** Path of this site. */
  next: string;
}

export type RefusalReason =
  | 'NOT_SHARED'
  | 'LOGIN_REQUIRED'
  | 'PROVIDER_ERROR'
  | 'PROVIDER_UNREACHABLE'
  | 'UNKNOWN_ATTEMPT'
  | 'CODE_REFUSED'
  | 'WRONG_LEVEL'
  | 'WRONG_NEXT'
  | 'WRONG_FORM';

const WORDS: Readonly<Record<RefusalReason, Pick<SignInRefusal, 'status' | 'title' | 'message'>>> = {
  NOT_SHARED: {
    status: 403,
    title: 'You are not signed in',
    message:
      'You did not agree to share your NHS login information, so we cannot book for you. You can try again, or phone your GP surgery.',
  },
  LOGIN_REQUIRED: {
    status: 403,
    title: 'You need to sign in again',
    message: 'Your sign-in did not finish. Sign in again to go on.',
  },
  PROVIDER_ERROR: {
    status: 503,
    title: 'Sorry, you cannot sign in at the moment',
    message: 'There is a problem with signing in. Try again in a few minutes, or phone your GP surgery.',
  },
  PROVIDER_UNREACHABLE: {
    status: 503,
    title: 'Sorry, you cannot sign in at the moment',
    message: 'The sign-in service is not answering. Try again in a few minutes, or phone your GP surgery.',
  },
  UNKNOWN_ATTEMPT: {
    status: 400,
    title: 'You need to start signing in again',
    message:
      'This sign-in has ended, was already used, or was started in another browser. Your answers are safe. Sign in again.',
  },
  CODE_REFUSED: {
    status: 400,
    title: 'You need to start signing in again',
    message: 'This sign-in could not be checked. Your answers are safe. Sign in again.',
  },
  WRONG_LEVEL: {
    status: 403,
    title: 'You need to prove who you are',
    message: 'The sign-in service could not prove who you are. Sign in again, or phone your GP surgery.',
  },
  WRONG_NEXT: {
    status: 400,
    title: 'We cannot find that page',
    message: 'The link that you used does not lead to a page of this service.',
  },
  WRONG_FORM: {
    status: 403,
    title: 'This page is out of date',
    message:
      'The page was open for a long time, or you signed in or out in another tab. Go back and try again.',
  },
};

export function signInRefusal(reason: RefusalReason, next: string): SignInRefusal {
  return { reason, ...WORDS[reason], next };
}

const ERRORS: ReadonlyMap<string, RefusalReason> = new Map([
  ['access_denied', 'NOT_SHARED'],
  ['login_required', 'LOGIN_REQUIRED'],
  ['interaction_required', 'LOGIN_REQUIRED'],
  ['consent_required', 'NOT_SHARED'],
]);

/** Reads why a sign-in failed from the library's error; null for a defect of ours. */
export function reasonOf(error: unknown): RefusalReason | null {
  if (error instanceof AuthorizationResponseError) return ERRORS.get(error.error) ?? 'PROVIDER_ERROR';
  if (error instanceof ResponseBodyError)
    return error.error === 'invalid_grant' ? 'CODE_REFUSED' : 'PROVIDER_ERROR';
  if (isUnreachable(error)) return 'PROVIDER_UNREACHABLE';
  if (error instanceof ClientError)
    return isUnreachable(error.cause)
      ? 'PROVIDER_UNREACHABLE'
      : (CLIENT_ERRORS.get(error.code ?? '') ?? 'CODE_REFUSED');
  return null;
}

const CLIENT_ERRORS: ReadonlyMap<string, RefusalReason> = new Map([
  ['OAUTH_TIMEOUT', 'PROVIDER_UNREACHABLE'],
  ['OAUTH_RESPONSE_IS_NOT_CONFORM', 'PROVIDER_ERROR'],
  ['OAUTH_RESPONSE_IS_NOT_JSON', 'PROVIDER_ERROR'],
]);

/** `fetch` says so of connections that fail or break. */
function isUnreachable(error: unknown): boolean {
  const { name, message } = z.object({ name: z.string(), message: z.string() }).safeParse(error).data ?? {};
  return name === 'TypeError' && (message === 'fetch failed' || message === 'terminated');
}
