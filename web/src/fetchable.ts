/**
 * The address from which a page can fetch what somebody has published: `ipfs://` through the reader's gateway, if there
 * is one. `undefined` for what no page can fetch. What comes from there is a stranger's word: check its hash.
 */
export function fetchable(uri: string, gateway: string | undefined): string | undefined {
  if (/^https?:\/\//u.test(uri)) return URL.canParse(uri) ? uri : undefined;
  const path = /^ipfs:\/\/(?:ipfs\/)?([A-Za-z0-9]+(?:\/[^?#]*)?)$/u.exec(uri)?.[1];
  if (path === undefined || gateway === undefined) return undefined;
  // A path that climbs would be another of the gateway's files.
  if (path.split("/").includes("..")) return undefined;
  const address = `${gateway.replace(/\/+$/u, "")}/ipfs/${path}`;
  return URL.canParse(address) ? address : undefined;
}
