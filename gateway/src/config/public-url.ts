import type { Environment } from './environment.ts'

export const PUBLIC_URL_IS = 'must be an http or https URL without user, query and fragment'

/** An address under which clients reach the server, without a slash at its end; undefined where it is none. */
export const publicUrlOf = (text: string): string | undefined => {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined
  if (/[?#]/.test(text)) return undefined
  return url.href.replace(/\/+$/, '')
}

/** The variable wins over what a file says. */
export const publicUrlFrom = (env: Environment, inFile?: string): string | undefined => {
  const said = env.SHEEPFOLD_PUBLIC_URL
  if (!said) return inFile
  const url = publicUrlOf(said)
  if (url === undefined) throw new Error(`SHEEPFOLD_PUBLIC_URL ${PUBLIC_URL_IS}`)
  return url
}
