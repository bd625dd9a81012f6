/** Settings of this gateway, as gateway/explorer/explorer-files.ts serves them. */
export interface ExplorerSettings {
  /** True: published documents alone are for all, and the schema is for analysts and operators. */
  schemaNeedsToken: boolean;
}

export async function readSettings(): Promise<ExplorerSettings> {
  const response = await fetch('settings.json');
  const settings: unknown = response.ok ? await response.json() : null;
  const isSet = typeof settings === 'object' && settings !== null && 'schemaNeedsToken' in settings;
  return { schemaNeedsToken: isSet && settings.schemaNeedsToken === true };
}
