import { Environment } from './environment';
import { signInProblems } from './sign-in-problems';

const PEM = '-----BEGIN PRIVATE KEY-----\\nMII\\n-----END PRIVATE KEY-----';
const READY = {
  NHS_LOGIN_ISSUER: 'https://auth.login.test',
  NHS_LOGIN_CLIENT_ID: 'website',
  NHS_LOGIN_PRIVATE_KEY: PEM,
  NHS_LOGIN_REDIRECT_URI: 'https://booking.test/sign-in/callback',
  CIS2_ISSUER: 'https://cis2.test',
  CIS2_CLIENT_ID: 'website',
  CIS2_PRIVATE_KEY: PEM,
  CIS2_REDIRECT_URI: 'https://booking.test/sign-in/callback',
  SESSION_KEY: 'k4Zr9wQ1xT7bVn2LmD8sHc5JfY3gPa6E',
};
const problemsOf = (changes: Record<string, string | undefined>) =>
  signInProblems(Environment.parse({ ...READY, ...changes })).map(({ sentence }) => sentence);

describe('the website in production', () => {
  it('signs people in with all settings, and reads line ends of a key', () => {
    expect(problemsOf({})).toEqual([]);
    expect(Environment.parse(READY).NHS_LOGIN_PRIVATE_KEY).toContain('-----\nMII\n-----');
  });

  it.each(Object.keys(READY))('refuses to go without %s', (name) => {
    expect(problemsOf({ [name]: undefined })).toEqual([
      expect.stringMatching(new RegExp(`^${name} is missing: in production set `)),
    ]);
  });

  it.each(['NHS_LOGIN_ISSUER', 'NHS_LOGIN_REDIRECT_URI', 'CIS2_ISSUER', 'CIS2_REDIRECT_URI'])(
    'refuses plain http in %s',
    (name) => {
      expect(problemsOf({ [name]: 'http://127.0.0.1/x' })).toEqual([
        `${name} cannot be used: in production it must be https.`,
      ]);
    },
  );

  it('refuses a session key that can be guessed', () => {
    expect(problemsOf({ SESSION_KEY: 'a'.repeat(40) })).toEqual([
      expect.stringMatching(/^SESSION_KEY can be guessed/),
    ]);
  });

  it.each([
    ['NHS_LOGIN_VTR', '["P7.Cp"]'],
    ['NHS_LOGIN_VTR', '[]'],
    ['NHS_LOGIN_PRIVATE_KEY', 'no key'],
    ['SESSION_KEY', 'short'],
    ['SESSION_IDLE_MINUTES', '31'],
    ['SESSION_MAX_HOURS', '13'],
  ])('never reads %s=%s', (name, value) => {
    const { error } = Environment.safeParse({ ...READY, [name]: value });
    expect(error?.issues[0]?.path[0]).toBe(name);
  });
});
