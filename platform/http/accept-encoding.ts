/** Checks that a client takes gzip (RFC 9110, section 12.5.3): named, or meant by `*`, and not with a quality of 0. */
export function acceptsGzip(header: string | undefined): boolean {
  const codings = (header ?? '').split(',').map((part) => part.trim().toLowerCase());
  const named = codings.find((coding) => /^(x-)?gzip\s*(;|$)/.test(coding));
  const meant = named ?? codings.find((coding) => /^\*\s*(;|$)/.test(coding));
  return meant !== undefined && !/;\s*q=0(\.0*)?$/.test(meant);
}
