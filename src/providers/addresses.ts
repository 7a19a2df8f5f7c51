// Which addresses the operator and the gateway refuse to call, so that a tenant who may write an AILLMConfig cannot use
// them to reach cloud metadata services or their own loopback ports. Checked on the URL and again after DNS.
import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Whether loopback is a legitimate target: on a laptop it is, in a cluster it is not. */
export interface AddressPolicy {
  allowLoopback: boolean;
}

function blockList(subnets: readonly [address: string, prefix: number, family: 'ipv4' | 'ipv6'][]): BlockList {
  const list = new BlockList();
  for (const [address, prefix, family] of subnets) {
    list.addSubnet(address, prefix, family);
    // NAT64 translates these to IPv4. Not refused as a whole: in a cluster of IPv6 only, DNS answers with them for every provider.
    if (family === 'ipv4') list.addSubnet(`64:ff9b::${address}`, 96 + prefix, 'ipv6');
  }
  return list;
}

const LOOPBACK = blockList([
  ['127.0.0.0', 8, 'ipv4'],
  ['::1', 128, 'ipv6'],
]);
const NEVER = blockList([
  ['0.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  // Metadata services outside link-local: Alibaba Cloud, Azure, Oracle Cloud.
  ['100.100.100.200', 32, 'ipv4'],
  ['168.63.129.16', 32, 'ipv4'],
  ['192.0.0.192', 32, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  // Unspecified, and IPv4 addresses in a form that is given up.
  ['::', 96, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
  // Metadata and identity services of AWS and Google Cloud.
  ['fd00:ec2::', 32, 'ipv6'],
  ['fd20:ce::', 32, 'ipv6'],
  // Where an IPv4 address hides in these depends on a network that we do not know, and 6to4 is given up.
  ['64:ff9b:1::', 48, 'ipv6'],
  ['2002::', 16, 'ipv6'],
]);
const METADATA_HOSTS = new Set(['metadata', 'metadata.google.internal', 'instance-data']);

/** Why `address` must not be called, or undefined. */
export function refuseAddress(address: string, policy: AddressPolicy): string | undefined {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (LOOPBACK.check(address, family)) return policy.allowLoopback ? undefined : `${address} is a loopback address`;
  return NEVER.check(address, family) ? `${address} is a link-local, metadata or otherwise reserved address` : undefined;
}

/** Why `endpoint` must not be called, or undefined. Looks at the URL only; names are checked again once resolved. */
export function refuseEndpoint(endpoint: string, policy: AddressPolicy): string | undefined {
  if (!URL.canParse(endpoint)) return `${endpoint} is not a URL`;
  const { hostname, protocol, username, search, hash } = new URL(endpoint);
  if (protocol !== 'https:' && protocol !== 'http:') return `${protocol} is not supported; use https`;
  if (username !== '' || search !== '' || hash !== '') return 'the endpoint must have no user, query or fragment';
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '').toLowerCase();
  if (isIP(host) !== 0) return refuseAddress(host, policy);
  if (METADATA_HOSTS.has(host)) return `${host} is a metadata service`;
  if (!policy.allowLoopback && (host === 'localhost' || host.endsWith('.localhost'))) return `${host} is a loopback address`;
  return undefined;
}

/** A DNS lookup for sockets that fails when a name resolves to a refused address, whatever it resolved to before. */
export function guardedLookup(policy: AddressPolicy): LookupFunction {
  return function lookupAllowedAddress(hostname, options, callback): void {
    dnsLookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) return callback(error, '', 0);
      const refused = addresses.map(({ address }) => refuseAddress(address, policy)).find((reason) => reason !== undefined);
      if (refused !== undefined) return callback(Object.assign(new Error(`${hostname}: ${refused}`), { code: 'EACCES' }), '', 0);
      if (options.all === true) return callback(null, addresses);
      const first = addresses[0];
      if (first === undefined) return callback(Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' }), '', 0);
      return callback(null, first.address, first.family);
    });
  };
}
