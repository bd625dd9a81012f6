import type { Person } from '../domain/caller';

/**
 * Identities and secrets that tests have passed to the product. None of them may come out again in logs, metrics or
 * errors, whatever a test is about: gateway-under-test.ts and patient-journey.ts look.
 */
const planted = new Set<string>();

export function plant(...secrets: string[]): void {
  for (const secret of secrets) planted.add(secret);
}

export function plantPerson({ id, nhsNumber, familyName, birthDate, linkage }: Person): void {
  plant(
    id,
    nhsNumber,
    familyName,
    birthDate,
    ...(linkage === undefined ? [] : [linkage.userId, linkage.key]),
  );
}

/** @throws Error naming the secret that was found, and its line. */
export function expectNobodyNamed(where: string, text: string): void {
  for (const secret of planted) {
    const at = text.indexOf(secret);
    if (at < 0) continue;
    const line = text.slice(text.lastIndexOf('\n', at) + 1, text.indexOf('\n', at + secret.length));
    throw new Error(`${where} name somebody: ${secret} in ${line.slice(0, 500)}`);
  }
}
