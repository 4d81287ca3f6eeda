/** A place to send requests to: an origin, and what stands before each path. */
export interface Place {
  readonly origin: string
  readonly secure: boolean
  readonly hostname: string
  readonly port: number
  readonly prefix: string
}

export const placeOf = (baseUrl: string): Place => {
  const { origin, pathname, protocol, hostname, port } = new URL(baseUrl)
  if (!/^https?:$/.test(protocol)) throw new Error(`${baseUrl} is neither http: nor https:`)
  const secure = protocol === 'https:'
  return {
    origin,
    secure,
    // An IPv6 address stands in brackets in a URL, and without them everywhere else.
    hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (secure ? 443 : 80) : Number(port),
    prefix: pathname === '/' ? '' : pathname.replace(/\/+$/, ''),
  }
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const PATH = /^\/[\x21-\x7e]*$/

/** All of a POST's head but the length of its body: made once for a target, not once for a call. */
export const requestHead = (
  place: Place,
  path: string,
  headers: Readonly<Record<string, string>>,
): string => {
  const target = place.prefix + path
  if (!PATH.test(target)) throw new Error(`"${target}" is no path`)
  const lines = Object.entries(headers).map(([name, value]) => {
    if (!TOKEN.test(name) || !VALUE.test(value))
      throw new Error(`the header ${name} holds what HTTP cannot carry`)
    return `${name}: ${value}\r\n`
  })
  const host = new URL(place.origin).host
  return `POST ${target} HTTP/1.1\r\nhost: ${host}\r\n${lines.join('')}content-length: `
}
