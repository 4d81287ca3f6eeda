/** What providers take in a request. */
const IMAGES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/heic', 'image/heif']

export const TAKEN = 'images (JPEG, PNG, GIF, WebP, HEIC), PDF, audio and text'

/** Providers refuse a picture that is another kind than they are told; what servers say of them is often wrong. */
export type MediaType =
  | { readonly kind: 'taken'; readonly mimeType: string }
  | { readonly kind: 'refused'; readonly message: string }

/** The kind of what came, by what its server says of it and by how it begins. */
export const mediaTypeOf = (contentType: string | undefined, bytes: Buffer): MediaType => {
  const said = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  const found = kindOf(bytes)
  if (bytes.length === 0) return refused('it is empty')
  if (found !== undefined && (isVague(said) || isOfKnownForm(said))) return taken(found)
  if (isOfKnownForm(said)) return refused(`it is said to be ${said} and is not`)
  if (said.startsWith('audio/')) return taken(said)
  if (!said.startsWith('text/')) return refused(`it is ${shown(said)}; taken are ${TAKEN}`)
  return bytes.includes(0) ? refused(`it is said to be ${shown(said)} and is not`) : taken(said)
}

const taken = (mimeType: string): MediaType => ({ kind: 'taken', mimeType })
const refused = (message: string): MediaType => ({ kind: 'refused', message })

const isVague = (said: string): boolean =>
  said === '' || said === 'application/octet-stream' || said === 'binary/octet-stream'

/** Its first bytes tell it apart, so that they must. */
const isOfKnownForm = (said: string): boolean =>
  IMAGES.includes(said) || said === 'image/jpg' || said === 'application/pdf'

const shown = (said: string): string => (said === '' ? 'of no type' : said.slice(0, 100))

/** Of what is told apart by its first bytes. */
const kindOf = (bytes: Buffer): string | undefined => {
  const text = (from: number, until: number): string => bytes.toString('latin1', from, until)
  if (text(0, 3) === '\xff\xd8\xff') return 'image/jpeg'
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'image/png'
  if (text(0, 4) === 'GIF8') return 'image/gif'
  if (text(0, 5) === '%PDF-') return 'application/pdf'
  if (text(0, 4) === 'RIFF') return RIFF[text(8, 12)]
  return text(4, 8) === 'ftyp' ? HEIF[text(8, 12)] : undefined
}

const RIFF: Readonly<Record<string, string>> = { WEBP: 'image/webp', WAVE: 'audio/wav' }
const HEIF: Readonly<Record<string, string>> = {
  heic: 'image/heic',
  heix: 'image/heic',
  mif1: 'image/heif',
  msf1: 'image/heif',
}
