import { settingProblem, type Environment, type SettingProblem } from './environment';
import { isWeakSecret } from './secret-strength';

const NEEDED = {
  NHS_LOGIN_ISSUER: 'the issuer of NHS login',
  NHS_LOGIN_CLIENT_ID: 'the client id that NHS login has given you',
  NHS_LOGIN_PRIVATE_KEY: 'the private key (PEM) whose public key NHS login knows',
  NHS_LOGIN_REDIRECT_URI: 'the address of /sign-in/callback that NHS login knows',
  CIS2_ISSUER: 'the issuer of CIS2',
  CIS2_CLIENT_ID: 'the client id that CIS2 has given you',
  CIS2_PRIVATE_KEY: 'the private key (PEM) whose public key CIS2 knows',
  CIS2_REDIRECT_URI: 'the address of /sign-in/callback that CIS2 knows',
  SESSION_KEY: 'what "openssl rand -base64 32" prints, the same for every process',
} as const;

const ADDRESSES = ['NHS_LOGIN_ISSUER', 'NHS_LOGIN_REDIRECT_URI', 'CIS2_ISSUER', 'CIS2_REDIRECT_URI'] as const;

/** Returns what a website in production lacks to sign people in, or has and must not use. */
export function signInProblems(settings: Environment): SettingProblem[] {
  const needed = Object.entries(NEEDED) as [keyof typeof NEEDED, string][];
  const { SESSION_KEY: key } = settings;
  return [
    ...needed.flatMap(([name, purpose]) =>
      settings[name] === undefined ? [settingProblem(name, `is missing: in production set ${purpose}.`)] : [],
    ),
    ...ADDRESSES.flatMap((name) =>
      settings[name]?.startsWith('http:') === true
        ? [settingProblem(name, 'cannot be used: in production it must be https.')]
        : [],
    ),
    ...(key !== undefined && isWeakSecret(key)
      ? [
          settingProblem(
            'SESSION_KEY',
            'can be guessed: in production use what "openssl rand -base64 32" prints.',
          ),
        ]
      : []),
  ];
}
