import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import type { Graph } from './graphs';

/** The supergraph's SDL. */
export function composed({ subgraphs }: Graph): string {
  const { errors, supergraphSdl } = composeServices(
    Object.entries(subgraphs).map(([name, sdl]) => ({
      name,
      typeDefs: parse(sdl),
      url: `http://${name}.invalid`,
    })),
  );
  if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}
