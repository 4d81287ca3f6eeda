import { lookup, Resolver } from 'node:dns/promises'

/** All addresses of a host, those to be tried first before the others. */
export type Resolve = (host: string, how: { readonly trusted: boolean }) => Promise<readonly string[]>

interface ResolveOptions {
  /** Default: those of this machine. */
  readonly nameServers?: readonly string[]
}

const QUERY_MS = 3_000
const TRIES = 2

/**
 * Hosts that the operator trusts are looked up as any program of this machine does, with its hosts file and its
 * search domains. That takes one of the four threads that also write files, for as long as a name server likes:
 * what clients name is asked of DNS over sockets instead.
 */
export const createResolve =
  ({ nameServers }: ResolveOptions = {}): Resolve =>
  async (host, { trusted }) => {
    if (trusted) return (await lookup(host, { all: true, order: 'ipv4first' })).map(({ address }) => address)
    const resolver = new Resolver({ timeout: QUERY_MS, tries: TRIES })
    if (nameServers !== undefined) resolver.setServers(nameServers)
    const [ipv4, ipv6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
    const found = [ipv4, ipv6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    if (found.length === 0 && ipv4.status === 'rejected') throw ipv4.reason
    return found
  }
