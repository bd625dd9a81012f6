import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as oidc from 'openid-client';
import { z } from 'zod';
import { MAX_ATTEMPTS, type Session, type Sessions, type SignedIn, type SignInAttempt } from '../session';
import { nextPage } from './next-page';
import { providerClient, type ProviderName, type ProviderSettings } from './provider-client';
import { reasonOf, signInRefusal, type RefusalReason, type SignInRefusal } from './refusals';

export interface SignInOptions {
  sessions: Sessions;
  /** Read once, when somebody first signs in. */
  providers(): Readonly<Record<ProviderName, ProviderSettings>>;
  publicUrl: string;
  now: () => Date;
  /** Returns the pages' data without what belongs to the person who was signed in before. */
  keptPages(pages: Session['pages']): Session['pages'];
  /** Renders the page for somebody who could not sign in; its status is already set. */
  refuse(reply: FastifyReply, refusal: SignInRefusal): FastifyReply | Promise<FastifyReply>;
}

const CALLBACK = '/sign-in/callback';
const ATTEMPT_MS = 60 * 60 * 1_000;
const Query = z.object({
  next: z.unknown().optional(),
  /** `staff` signs in by CIS2. */
  as: z.enum(['patient', 'staff']).catch('patient'),
  /** `P9` asks a patient to prove who they are. */
  level: z.enum(['any', 'P9']).catch('any'),
});
const CallbackQuery = z.object({ state: z.string().max(200).catch('') });
const Form = z.object({ _csrf: z.unknown().optional(), next: z.unknown().optional() }).catch({});

/**
 * Adds signing in and out: `GET /sign-in?next=…&as=patient|staff&level=P9`, its callback, `POST /sign-out` and
 * `POST /session/stay`. Forms carry the session's `csrfToken` as `_csrf`.
 */
export async function registerSignIn(app: FastifyInstance, options: SignInOptions): Promise<void> {
  const { sessions, publicUrl, now, keptPages } = options;
  if (!app.hasContentTypeParser('application/x-www-form-urlencoded')) await app.register(formbody);
  const readProviders = () => {
    const settings = options.providers();
    const client = (name: ProviderName) => ({
      settings: settings[name],
      discover: providerClient(settings[name], now),
    });
    return { 'nhs-login': client('nhs-login'), cis2: client('cis2') };
  };
  let known: ReturnType<typeof readProviders> | undefined;
  const providerOf = (name: ProviderName) => (known ??= readProviders())[name];
  const refuse = (reply: FastifyReply, reason: RefusalReason, next: string) => {
    const refusal = signInRefusal(reason, next);
    return options.refuse(reply.code(refusal.status).header('cache-control', 'no-store'), refusal);
  };

  app.get('/sign-in', async (request, reply) => {
    const { next: wanted, as, level } = Query.parse(request.query);
    const next = nextPage(wanted, publicUrl);
    if (next === null) return refuse(reply, 'WRONG_NEXT', '/');
    const provider = as === 'staff' ? 'cis2' : 'nhs-login';
    const { settings, discover } = providerOf(provider);
    const vtr = settings.vtr.filter((vector) => level === 'any' || vector.startsWith('P9.'));
    const attempt = { ...newSecrets(), provider, vtr, next, startedAt: now().getTime() } as const;
    try {
      const url = await authorizeUrl(await discover(), settings, attempt);
      const session = await sessions.read(request);
      session.attempts = [...session.attempts, attempt].slice(-MAX_ATTEMPTS);
      await sessions.save(reply, session);
      return await redirect(reply, url.href);
    } catch (error) {
      return refuse(reply, knownReason(error), againAt(attempt));
    }
  });

  app.get(CALLBACK, async (request, reply) => {
    const { state } = CallbackQuery.parse(request.query);
    const session = await sessions.read(request);
    const attempt = takeAttempt(session, state, now());
    if (attempt === undefined) return refuse(reply, 'UNKNOWN_ATTEMPT', '/sign-in');
    // Each attempt is good once, however it ends.
    await sessions.save(reply, session);
    try {
      const { settings, discover } = providerOf(attempt.provider);
      const person = await exchange(await discover(), attempt, {
        url: callbackUrl(settings.redirectUri, request),
        now: now(),
      });
      if (person === null) return await refuse(reply, 'WRONG_LEVEL', againAt(attempt));
      const isSame = session.person?.subject === person.subject;
      const pages = isSame ? session.pages : keptPages(session.pages);
      await sessions.renew(reply, { ...session, pages, person });
      return await redirect(reply, attempt.next);
    } catch (error) {
      return refuse(reply, knownReason(error), againAt(attempt));
    }
  });

  app.post('/sign-out', async (request, reply) => {
    const session = await sessions.read(request);
    if (!sessions.isOwnForm(session, Form.parse(request.body)._csrf)) return refuse(reply, 'WRONG_FORM', '/');
    await sessions.end(reply, session);
    return redirect(reply, '/');
  });

  app.post('/session/stay', async (request, reply) => {
    const form = Form.parse(request.body);
    const next = nextPage(form.next, publicUrl) ?? '/';
    const session = await sessions.read(request);
    if (!sessions.isOwnForm(session, form._csrf)) return refuse(reply, 'WRONG_FORM', next);
    await sessions.save(reply, session);
    return redirect(reply, next);
  });
}

function redirect(reply: FastifyReply, to: string): FastifyReply {
  return reply.header('cache-control', 'no-store').redirect(to, 303);
}

/** @throws the error itself where it is a defect of ours */
function knownReason(error: unknown): RefusalReason {
  const reason = reasonOf(error);
  if (reason === null) throw error;
  return reason;
}

function newSecrets() {
  return {
    state: oidc.randomState(),
    nonce: oidc.randomNonce(),
    codeVerifier: oidc.randomPKCECodeVerifier(),
  };
}

async function authorizeUrl(
  configuration: oidc.Configuration,
  { redirectUri, scope, acrValues }: ProviderSettings,
  { state, nonce, codeVerifier, vtr }: SignInAttempt,
): Promise<URL> {
  return oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope,
    state,
    nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...(vtr.length === 0 ? {} : { vtr: JSON.stringify(vtr) }),
    ...(acrValues === undefined ? {} : { acr_values: acrValues }),
  });
}

/** Takes the attempt out of the session. */
function takeAttempt(session: Session, state: string, now: Date): SignInAttempt | undefined {
  const attempt = session.attempts.find((one) => one.state === state);
  session.attempts = session.attempts.filter((one) => one !== attempt);
  return attempt !== undefined && now.getTime() < attempt.startedAt + ATTEMPT_MS ? attempt : undefined;
}

/** The address as the provider knows it: behind a proxy, the request names another. */
function callbackUrl(redirectUri: string, request: FastifyRequest): URL {
  const url = new URL(redirectUri);
  url.search = new URL(request.url, url).search;
  return url;
}

/** Path that begins the same sign-in again. */
function againAt({ next, provider, vtr }: Pick<SignInAttempt, 'next' | 'provider' | 'vtr'>): string {
  const onlyP9 = vtr.length > 0 && vtr.every((vector) => vector.startsWith('P9.'));
  const query = new URLSearchParams({
    next,
    ...(provider === 'cis2' ? { as: 'staff' } : {}),
    ...(onlyP9 ? { level: 'P9' } : {}),
  });
  return `/sign-in?${query.toString()}`;
}

const PatientClaims = z.object({ vot: z.string(), identity_proofing_level: z.enum(['P0', 'P5', 'P9']) });
/** The simulation's operators and analysts sign in where staff do, and are told apart by this claim. */
const StaffClaims = z.object({ service_role: z.enum(['operator', 'analyst']).optional() });

/** Null where the provider has vouched for less than was asked. */
async function exchange(
  configuration: oidc.Configuration,
  attempt: SignInAttempt,
  { url, now }: { url: URL; now: Date },
): Promise<SignedIn | null> {
  const tokens = await oidc.authorizationCodeGrant(configuration, url, {
    pkceCodeVerifier: attempt.codeVerifier,
    expectedState: attempt.state,
    expectedNonce: attempt.nonce,
    idTokenExpected: true,
  });
  const accessToken = tokens.access_token;
  const expiresAt = now.getTime() + (tokens.expires_in ?? DEFAULT_TOKEN_SECONDS) * 1_000;
  const claims = tokens.claims();
  const subject = `${attempt.provider} ${claims?.sub ?? ''}`;
  if (attempt.provider === 'cis2') {
    const staff = StaffClaims.safeParse(claims);
    if (!staff.success) return null;
    return {
      subject,
      accessToken,
      expiresAt,
      kind: staff.data.service_role ?? 'staff',
      mustProveMore: false,
    };
  }
  const patient = PatientClaims.safeParse(claims);
  if (!patient.success || !attempt.vtr.includes(patient.data.vot)) return null;
  const mustProveMore = patient.data.identity_proofing_level !== 'P9';
  return { subject, accessToken, expiresAt, kind: 'patient', mustProveMore };
}

/** NHS login's access tokens end after five minutes. */
const DEFAULT_TOKEN_SECONDS = 300;
