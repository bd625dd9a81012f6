import { randomBytes } from 'node:crypto';

/** Settings with which production starts, on embedded stores; the supplier and the issuer are nobody's. */
export const PRODUCTION: Readonly<Record<string, string>> = {
  NODE_ENV: 'production',
  GATEWAY_SECRET: randomBytes(32).toString('hex'),
  ISSUERS: JSON.stringify([
    { kind: 'nhs-login', issuer: 'https://login.test', audience: 'a', jwksUrl: 'https://login.test/keys' },
  ]),
  EMIS_URL: 'https://emis.test',
  // All content is a demonstration.
  ALLOW_DEMO_CONTENT: 'yes',
  ORGANISATION_ODS: 'A99999',
  ORGANISATION_NAME: 'Urgent Care North',
  ORGANISATION_PHONE: '0113 496 0000',
  ORGANISATION_ASID: '200000000115',
  METRICS: 'off',
};

export const webhookSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;
