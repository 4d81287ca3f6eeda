import { BlockList, isIPv4, isIPv6 } from 'node:net'

/**
 * Which addresses are somebody's own network, this machine or no host at all. What a client names is called only
 * outside of them: behind them lie databases, neighbours and the metadata service that hands out credentials.
 */
const IPV4_NETWORKS: ReadonlyArray<readonly [network: string, bits: number, what: string]> = [
  ['0.0.0.0', 8, 'an unspecified address'],
  ['10.0.0.0', 8, 'a private network'],
  ['100.64.0.0', 10, 'the network of a carrier'],
  ['127.0.0.0', 8, 'this machine'],
  // The metadata services of most clouds are 169.254.169.254.
  ['169.254.0.0', 16, 'a link-local network'],
  ['172.16.0.0', 12, 'a private network'],
  ['192.0.0.0', 24, 'a reserved network'],
  ['192.0.2.0', 24, 'a network of examples'],
  ['192.88.99.0', 24, 'a relay between networks'],
  ['192.168.0.0', 16, 'a private network'],
  ['198.18.0.0', 15, 'a network of benchmarks'],
  ['198.51.100.0', 24, 'a network of examples'],
  ['203.0.113.0', 24, 'a network of examples'],
  // Azure answers its machines there, under an address that looks public.
  ['168.63.129.16', 32, 'a metadata service'],
  ['224.0.0.0', 4, 'a multicast address'],
  ['240.0.0.0', 4, 'a reserved network'],
]

/** Beyond what is not 2000::/3, which is no public address at all. */
const IPV6_NETWORKS: ReadonlyArray<readonly [network: string, bits: number, what: string]> = [
  // Teredo, ORCHID, benchmarks: none of it is a host's own address.
  ['2001::', 23, 'a reserved network'],
  ['2001:db8::', 32, 'a network of examples'],
  ['3fff::', 20, 'a network of examples'],
]

const listOf = (networks: typeof IPV4_NETWORKS, family: 'ipv4' | 'ipv6') =>
  networks.map(([network, bits, what]) => {
    const list = new BlockList()
    list.addSubnet(network, bits, family)
    return { list, what }
  })

const IPV4 = listOf(IPV4_NETWORKS, 'ipv4')
const IPV6 = listOf(IPV6_NETWORKS, 'ipv6')

/** What an IP address is that is not called; undefined for a public one. */
export const networkOf = (address: string): string | undefined => {
  const [plain = ''] = address.split('%')
  if (isIPv4(plain)) return IPV4.find(({ list }) => list.check(plain, 'ipv4'))?.what
  if (!isIPv6(plain)) return 'no address'
  const groups = groupsOf(plain)
  const inner = embedded(groups)
  if (inner !== undefined) return networkOf(inner)
  if (((groups[0] ?? 0) & 0xe000) !== 0x2000) return specialOf(groups)
  return IPV6.find(({ list }) => list.check(plain, 'ipv6'))?.what
}

/** The sixteen-bit groups of an IPv6 address, in whichever way it is written. */
const groupsOf = (address: string): number[] => {
  // The parser of URLs brings every spelling, that with a dotted end too, to groups in hexadecimal.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [left = '', right] = canonical.split('::')
  const head = hexGroups(left)
  if (right === undefined) return head
  const tail = hexGroups(right)
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}

const hexGroups = (text: string): number[] =>
  text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))

/** The IPv4 address that an IPv6 one stands for: mapped, NAT64 and 6to4. */
const embedded = (groups: readonly number[]): string | undefined => {
  const startsWith = (...prefix: number[]): boolean => prefix.every((group, at) => groups[at] === group)
  if (startsWith(0, 0, 0, 0, 0, 0xffff) || startsWith(0x64, 0xff9b, 0, 0, 0, 0)) return dotted(groups, 6)
  return startsWith(0x2002) ? dotted(groups, 1) : undefined
}

const dotted = (groups: readonly number[], at: number): string =>
  [groups[at] ?? 0, groups[at + 1] ?? 0].flatMap((group) => [group >> 8, group & 0xff]).join('.')

const specialOf = (groups: readonly number[]): string => {
  const first = groups[0] ?? 0
  if (groups.slice(0, 7).every((group) => group === 0)) {
    if (groups[7] === 0) return 'an unspecified address'
    if (groups[7] === 1) return 'this machine'
  }
  if ((first & 0xfe00) === 0xfc00) return 'a private network'
  if ((first & 0xffc0) === 0xfe80) return 'a link-local network'
  if ((first & 0xff00) === 0xff00) return 'a multicast address'
  return 'a reserved network'
}
