import type { Data } from './execution/data';
import type { GatewayContext } from './gateway-context';

/** Tells clients what the operation cost them, so that they can stay within their budget. */
export function withCost(extensions: Data | undefined, { cost }: GatewayContext): Data | undefined {
  return cost === undefined ? extensions : { ...extensions, cost };
}
