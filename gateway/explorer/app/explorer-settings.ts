/** Settings of this gateway, as gateway/explorer/explorer-files.ts serves them. */
export interface ExplorerSettings {
  /** True: published documents alone are for all, and the schema is for analysts and operators. */
  schemaNeedsToken: boolean;
  /** Page of the website that answers statistics without a query; null where no website is known. */
  statisticsPage: string | null;
}

export async function readSettings(): Promise<ExplorerSettings> {
  const response = await fetch('settings.json');
  const settings: unknown = response.ok ? await response.json() : null;
  const known: Partial<Record<keyof ExplorerSettings, unknown>> =
    typeof settings === 'object' && settings !== null ? settings : {};
  return {
    schemaNeedsToken: known.schemaNeedsToken === true,
    statisticsPage: typeof known.statisticsPage === 'string' ? known.statisticsPage : null,
  };
}
