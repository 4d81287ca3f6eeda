import { isObject, type JsonObject } from '../../json.ts'
import { isGiven, type Report } from '../../report.ts'
import { readDataUrl } from '../data-url.ts'

/** Anthropic fetches web addresses itself. */
export const imageToAnthropic = (image: unknown, path: string, report: Report): JsonObject => {
  if (!isObject(image) || typeof image.url !== 'string') {
    report.refuse(`${path}.url`, 'must be the address of an image.')
    return {}
  }
  report.dropUnknown(image, IMAGE_FIELDS, path)
  const { url, detail } = image
  if (isGiven(detail) && detail !== 'auto') report.dropped(`${path}.detail`, detail)
  return { type: 'image', source: sourceOf(url, path, report) }
}

const sourceOf = (url: string, path: string, report: Report): JsonObject => {
  const data = readDataUrl(url)
  if (data) return { type: 'base64', media_type: data.mimeType, data: data.base64 }
  if (WEB.test(url)) return { type: 'url', url }
  report.refuse(`${path}.url`, 'must begin with https:// or be a data: URL in base64.')
  return {}
}

const WEB = /^https?:\/\//
const IMAGE_FIELDS: ReadonlySet<string> = new Set(['url', 'detail'])
