import { isIP } from 'node:net'
import { networkOf } from './addresses.ts'

/** What the operator lets clients call beyond public addresses. */
export interface NetworkRules {
  readonly allowPrivateNetworks: boolean
  /** Hosts that may be called wherever their addresses lie. */
  readonly allowedHosts: readonly string[]
}

/** The host of an address as it is compared and looked up: lower case, no brackets, no dot at its end. */
export const hostOf = ({ hostname }: Pick<URL, 'hostname'>): string =>
  hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')

export const isTrusted = (host: string, rules: NetworkRules): boolean =>
  rules.allowPrivateNetworks ||
  rules.allowedHosts.some((allowed) => hostOf({ hostname: allowed.trim() }) === host)

/** Why none of these addresses is called: one bad among good ones would be reached sooner or later. */
export const refusalOf = (
  host: string,
  addresses: readonly string[],
  rules: NetworkRules,
): string | undefined => {
  if (isTrusted(host, rules)) return undefined
  for (const address of addresses) {
    const network = networkOf(address)
    // The address itself is not told: it would map the names of a network to whoever asks.
    if (network !== undefined) return `${host.slice(0, 100)} is in ${network}, which is not called from here`
  }
  return undefined
}

/** Names of this machine, whatever a resolver makes of them. */
const OWN_NAMES = /^(.+\.)?(localhost|localhost\.localdomain|ip6-localhost|ip6-loopback)$/

/** What can be said of a host without looking it up. */
export const plainRefusalOf = (url: URL, rules: NetworkRules): string | undefined => {
  const host = hostOf(url)
  // The parser of URLs has made dotted numbers of every other spelling: 0x7f.1, 2130706433, 017700000001.
  if (isIP(host) !== 0) return refusalOf(host, [host], rules)
  return OWN_NAMES.test(host) ? refusalOf(host, ['127.0.0.1'], rules) : undefined
}
