import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';

const KINDS = ['nhs-login', 'cis2', 'client'] as const;
type Kind = (typeof KINDS)[number];
const ALGORITHM = 'RS512';
const AUDIENCE = 'gp-booking-gateway';

/** Stands where NHS login, CIS2 and the API platform stand: a server of keys, over TLS, as production demands. */
export interface HttpsIssuer {
  /** `ISSUERS` with this issuer. */
  setting: string;
  /** The file with its certificate (`NODE_EXTRA_CA_CERTS`). */
  certificate: string;
  sign(kind: Kind, subject: string, claims: JWTPayload): Promise<string>;
  close(): Promise<void>;
}

/** @param folder for its certificate. @throws Error where there is no `openssl`. */
export async function httpsIssuer(folder: string): Promise<HttpsIssuer> {
  const { certificate, key } = selfSigned(folder);
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM);
  const kid = randomUUID();
  const jwks = JSON.stringify({
    keys: [{ ...(await exportJWK(publicKey)), kid, alg: ALGORITHM, use: 'sig' }],
  });
  const server = createServer({ key, cert: readFileSync(certificate) }, (_request, response) => {
    response.setHeader('content-type', 'application/json').end(jwks);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuerOf = (kind: Kind) => `https://${kind}.test`;
  return {
    setting: JSON.stringify(
      KINDS.map((kind) => ({
        kind,
        issuer: issuerOf(kind),
        audience: AUDIENCE,
        jwksUrl: `${url}/${kind}/jwks`,
      })),
    ),
    certificate,
    sign: (kind, subject, claims) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: ALGORITHM, kid, typ: 'JWT' })
        .setIssuer(issuerOf(kind))
        .setAudience(AUDIENCE)
        .setSubject(subject)
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function selfSigned(folder: string): { certificate: string; key: Buffer } {
  const certificate = join(folder, 'issuer.pem');
  const keyFile = join(folder, 'issuer.key');
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'],
      ...['-keyout', keyFile, '-out', certificate],
    ],
    { stdio: 'ignore' },
  );
  return { certificate, key: readFileSync(keyFile) };
}
