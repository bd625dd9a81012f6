import { z } from 'zod';

export const HumanName = z.object({
  use: z.string().optional(),
  family: z.string().optional(),
  given: z.array(z.string()).optional(),
  prefix: z.array(z.string()).optional(),
});
export type HumanName = z.infer<typeof HumanName>;

/** `Dr Ada Example`; undefined where no word is given. */
export function spokenName(names: readonly HumanName[] | undefined): string | undefined {
  const name = names?.find(({ use }) => use === 'usual') ?? names?.[0];
  const words = [...(name?.prefix ?? []), ...(name?.given ?? []), name?.family].filter(Boolean);
  return words.length > 0 ? words.join(' ') : undefined;
}

/** Registers differ in case, accents, hyphens and apostrophes, not in letters. */
export function comparableName(name: string | undefined): string {
  return (name ?? '')
    .normalize('NFD')
    .replace(/[^\p{Letter}]/gu, '')
    .toLowerCase();
}
