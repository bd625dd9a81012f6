import type { FastifyReply } from 'fastify';
import type { FormError, Site } from './site';

export interface Choice {
  value: string;
  text: string;
  hint?: string | null | undefined;
  exclusive?: boolean;
}

/** One question on one page; every kind is a component of the design system. */
export interface Ask {
  title: string;
  back: string;
  hint?: string | null | undefined;
  /** Words beside the question, such as advice that holds whatever the answer is. */
  notes?: readonly string[];
  /** Another way on, below the form. */
  link?: { href: string; text: string };
  action?: string;
  errors?: readonly FormError[] | undefined;
  field:
    | { kind: 'radios' | 'checkboxes'; name: string; choices: readonly Choice[]; chosen: readonly string[] }
    | { kind: 'date'; name: string; day: string; month: string; year: string }
    | { kind: 'input'; name: string; value: string; autocomplete?: string; width?: number }
    | { kind: 'textarea'; name: string; value: string; maxLength: number };
}

export function showAsk(site: Site, reply: FastifyReply, ask: Ask): FastifyReply {
  return site.render(reply, 'kit/ask', { ...ask });
}
