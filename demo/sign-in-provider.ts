import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { JWTPayload } from 'jose';
import {
  Provider,
  errors,
  interactionPolicy,
  type ClientMetadata,
  type Configuration,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import { z } from 'zod';
import { listen } from '../platform/http/listen';
import { DEMO_AUDIENCE, DEMO_ISSUERS, type DemoIssuer } from './issuer';
import { CASE_STUDY_PRACTICE, DEMO_CALLERS, DEMO_CALLER_NAMES, demoPeople, patientClaims } from './people';
import type { DemoCaller, DemoCallerName, DemoToken } from './people';
import { DEMO_CLIENT_ID, demoProviderIssuers, PROVIDER_PATHS as PATHS, publicJwk } from './sign-in-client';
import { signInMemory } from './sign-in-memory';
import { choosePage, messagePage, provePage, STYLES } from './sign-in-pages';

export interface SignInProviderOptions {
  /** In a container others than 127.0.0.1, at which its port is published; that is its address for people all the same. */
  host: string;
  port: number;
  issuer: DemoIssuer;
  /** The website's key at the token endpoint, PEM. */
  clientKey: string;
  now: () => Date;
}

export interface SignInProvider {
  /** Issuers for the website's settings. */
  issuers: Readonly<Record<ProviderName, string>>;
  close(): Promise<void>;
}

const PROVIDERS = ['nhs-login', 'cis2'] as const;
type ProviderName = (typeof PROVIDERS)[number];

/** Nobody is in doubt of who they are here: these would be refused by the gateway, or prove nothing. */
const LEFT_OUT: ReadonlySet<DemoCallerName> = new Set(['expired', 'p0']);
const HEADINGS = { 'nhs-login': 'Demonstration of NHS login', cis2: 'Demonstration of CIS2' } as const;
const TOKEN_SECONDS = 12 * 60 * 60;
const RESOURCE = `urn:demo:${DEMO_AUDIENCE}`;
/** Any port of this machine (RFC 8252, section 7.3). */
const REDIRECTS = ['127.0.0.1', 'localhost'].map((host) => `http://${host}/sign-in/callback`);

/**
 * Starts the OpenID Connect provider that stands where NHS login and CIS2 stand. Its access tokens are the demo
 * issuer's, which the gateway trusts in the simulation.
 */
export async function startSignInProvider(options: SignInProviderOptions): Promise<SignInProvider> {
  let serve: RequestListener = (_, response) => response.writeHead(503).end();
  const server = await listen((request, response) => serve(request, response), {
    host: options.host,
    port: options.port,
  });
  const url = `http://127.0.0.1:${new URL(server.url).port}`;
  const providers = PROVIDERS.map((name) => {
    const issuer = url + PATHS[name];
    return { name, issuer, ...oneProvider(name, issuer, options) };
  });
  serve = (request, response) => {
    const address = request.url ?? '/';
    if (address === STYLES.path) {
      response.writeHead(200, { 'content-type': 'text/css; charset=utf-8' }).end(STYLES.text);
      return;
    }
    const found = providers.find(({ name }) => address.startsWith(`${PATHS[name]}/`));
    if (found === undefined) send(response, 404, messagePage('Page not found', 'There is nothing here.'));
    else found.serve(request, response);
  };
  return {
    issuers: demoProviderIssuers(url),
    close: () => server.close(),
  };
}

function oneProvider(name: ProviderName, issuer: string, options: SignInProviderOptions) {
  const provider = new Provider(issuer, configurationOf(name, options));
  const callback = provider.callback();
  const serve = (request: IncomingMessage & { originalUrl?: string }, response: ServerResponse) => {
    const address = request.url ?? '/';
    // Nobody stays signed in here: each sign-in is somebody's choice, also in a second tab.
    request.headers.cookie = withoutCookies(request.headers.cookie ?? '', `${name}_session`);
    if (address.startsWith(`${PATHS[name]}/interaction/`)) {
      answer(provider, name, request, response).catch((error: unknown) => {
        const isOver = error instanceof errors.SessionNotFound;
        const message = isOver ? 'This page is out of date.' : 'Something went wrong.';
        if (response.headersSent) response.destroy();
        else
          send(
            response,
            isOver ? 400 : 500,
            messagePage('Start again', `${message} Go back and sign in again.`),
          );
      });
      return;
    }
    // Mounted below a path, as the provider's documentation says.
    request.originalUrl = address;
    request.url = address.slice(PATHS[name].length);
    void callback(request, response);
  };
  return { serve };
}

/** Takes out the cookies whose names begin so: the session's, and its signature's. */
function withoutCookies(header: string, prefix: string): string {
  return header
    .split(/;\s*/)
    .filter((pair) => !pair.startsWith(prefix))
    .join('; ');
}

const Choice = z.object({
  person: z.enum(DEMO_CALLER_NAMES as [DemoCallerName, ...DemoCallerName[]]).optional(),
  proved: z.literal('yes').optional(),
  refuse: z.literal('yes').optional(),
});
const MAX_BODY = 1_000;

async function answer(
  provider: Provider,
  name: ProviderName,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  const choose = () => {
    send(response, 200, choosePage(HEADINGS[name], choicesOf(name)));
  };
  if (request.method !== 'POST') {
    choose();
    return;
  }
  const length = Number(request.headers['content-length'] ?? Infinity);
  if (length > MAX_BODY) {
    send(response, 413, messagePage('Too much', 'The form is too long.'));
    return;
  }
  const choice = Choice.safeParse(Object.fromEntries(new URLSearchParams(await text(request)))).data ?? {};
  const finish = (result: Parameters<Provider['interactionFinished']>[2]) =>
    provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  if (choice.refuse === 'yes')
    return finish({ error: 'access_denied', error_description: 'ConsentNotGiven' });
  const { person } = choice;
  if (person === undefined || !choicesOf(name).some((one) => one.name === person)) {
    choose();
    return;
  }
  if (person === 'p5' && !vectorsIn(params.vtr).some((vector) => vector.startsWith('P5.'))) {
    if (choice.proved !== 'yes') {
      send(response, 200, provePage(person));
      return;
    }
    return finish({ login: { accountId: `${person}${PROVED}`, remember: false } });
  }
  return finish({ login: { accountId: person, remember: false } });
}

function choicesOf(provider: ProviderName) {
  return DEMO_CALLER_NAMES.filter(
    (name) =>
      !LEFT_OUT.has(name) && (tokenOf(name, new Date()).kind === 'nhs-login') === (provider === 'nhs-login'),
  ).map((name) => ({ name, description: DEMO_CALLERS[name].description }));
}

/** Suffix of an account whose owner has proved more. */
const PROVED = '.proved';

function tokenOf(accountId: string, today: Date): DemoToken {
  const name = z
    .enum(DEMO_CALLER_NAMES as [DemoCallerName, ...DemoCallerName[]])
    .parse(accountId.replace(PROVED, ''));
  const people = demoPeople(CASE_STUDY_PRACTICE, today);
  const caller: DemoCaller = DEMO_CALLERS[name];
  const token = caller.token({ people, practice: CASE_STUDY_PRACTICE });
  return accountId.endsWith(PROVED) ? { ...token, claims: patientClaims(people.paula, []) } : token;
}

const Vectors = z.array(z.string().max(20)).min(1).max(10);

function vectorsIn(vtr: unknown): string[] {
  try {
    return Vectors.parse(JSON.parse(z.string().parse(vtr)));
  } catch {
    return [];
  }
}

const SCOPES = {
  'nhs-login': [
    'openid',
    'profile',
    'basic_demographics',
    'gp_registration_details',
    'gp_integration_credentials',
  ],
  cis2: ['openid', 'profile', 'nationalrbacaccess', 'selectedrole', 'nhsperson', 'associatedorgs'],
};
const CLAIMS: Record<ProviderName, Record<string, string[]>> = {
  'nhs-login': {
    openid: ['sub', 'vot', 'vtm', 'nhs_number', 'identity_proofing_level'],
    profile: ['birthdate', 'family_name'],
    basic_demographics: ['birthdate', 'family_name'],
  },
  cis2: {
    openid: ['sub', 'service_role'],
    selectedrole: ['selected_roleid'],
    nationalrbacaccess: ['nhsid_nrbac_roles'],
  },
};

/** The claims of an ID token: `service_role` tells operators and analysts from staff. */
function idTokenClaims({ kind, subject, claims }: DemoToken): JWTPayload & { sub: string } {
  return {
    ...claims,
    sub: subject,
    ...(kind === 'nhs-login' ? { vtm: `${DEMO_ISSUERS['nhs-login']}/trustmark` } : {}),
    ...(kind === 'client' ? { service_role: claims.scope } : {}),
  };
}

function configurationOf(
  name: ProviderName,
  { issuer, clientKey, now }: SignInProviderOptions,
): Configuration {
  return {
    adapter: signInMemory(),
    jwks: { keys: [issuer.signingKey] },
    clients: [website(clientKey)],
    clientAuthMethods: ['private_key_jwt'],
    enabledJWA: { idTokenSigningAlgValues: ['RS512'], clientAuthSigningAlgValues: ['RS512'] },
    responseTypes: ['code'],
    pkce: { methods: ['S256'], required: () => true },
    scopes: SCOPES[name],
    claims: CLAIMS[name],
    acrValues: ['AAL2_OR_AAL3_ANY', 'AAL3_ANY'],
    conformIdTokenClaims: false,
    extraParams: { vtr: (ctx, vtr) => checkParameters(name, ctx, vtr) },
    // The two providers answer at one address, so their cookies need names of their own.
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      names: { session: `${name}_session`, interaction: `${name}_interaction`, resume: `${name}_resume` },
    },
    ttl: {
      AccessToken: TOKEN_SECONDS,
      AuthorizationCode: 600,
      IdToken: 3_600,
      Interaction: 3_600,
      Session: 600,
      Grant: TOKEN_SECONDS,
    },
    interactions: {
      url: (_, { uid }) => `${PATHS[name]}/interaction/${uid}`,
      policy: choosingEachTime(),
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: '',
          audience: DEMO_AUDIENCE,
          accessTokenTTL: TOKEN_SECONDS,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS512' } },
        }),
      },
    },
    formats: {
      customizers: {
        jwt(_, token, jwt) {
          const { kind, subject, claims } = tokenOf('accountId' in token ? token.accountId : '', now());
          jwt.payload = { ...jwt.payload, ...claims, iss: DEMO_ISSUERS[kind], sub: subject };
          return jwt;
        },
      },
    },
    findAccount: (_, accountId) => ({
      accountId,
      claims: () => Promise.resolve(idTokenClaims(tokenOf(accountId, now()))),
    }),
    loadExistingGrant: grantAll,
    renderError(ctx, { error, error_description: description }) {
      ctx.type = 'json';
      ctx.body = { error, error_description: description };
    },
  };
}

/** Registration of the website as a client of the provider. */
function website(clientKey: string): ClientMetadata {
  return {
    client_id: DEMO_CLIENT_ID,
    application_type: 'native',
    redirect_uris: REDIRECTS,
    response_types: ['code'],
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'RS512',
    id_token_signed_response_alg: 'RS512',
    jwks: { keys: [publicJwk(clientKey)] },
  };
}

/** `state` and `nonce` are compulsory at NHS login, and `vtr` is a list in JSON. */
function checkParameters(name: ProviderName, ctx: KoaContextWithOIDC, vtr: unknown): void {
  const { state, nonce } = ctx.oidc.params ?? {};
  if (state === undefined || nonce === undefined)
    throw new errors.InvalidRequest('state and nonce are compulsory');
  if (name === 'nhs-login' && vectorsIn(vtr).length === 0)
    throw new errors.InvalidRequest('vtr must be a JSON list of vectors of trust');
}

function choosingEachTime() {
  const policy = interactionPolicy.base();
  policy.remove('consent');
  const { Check } = interactionPolicy;
  policy
    .get('login')
    ?.checks.add(
      new Check('choose_each_time', 'A person is chosen each time.', (ctx) =>
        ctx.oidc.result?.login === undefined ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT,
      ),
    );
  return policy;
}

/** To choose a person is to agree to share what the website asks for. */
async function grantAll(ctx: KoaContextWithOIDC) {
  const { client, session, provider, params } = ctx.oidc;
  const grant = new provider.Grant({ clientId: client?.clientId, accountId: session?.accountId });
  grant.addOIDCScope(z.string().parse(params?.scope));
  await grant.save();
  return grant;
}

function send(response: ServerResponse, status: number, html: string): void {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy':
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    })
    .end(html);
}
