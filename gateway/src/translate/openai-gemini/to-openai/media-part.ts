import { dataUrl } from '../../data-url.ts'
import { isToBeFetched } from '../../gemini/media-part.ts'
import type { MediaPiece } from '../../gemini/request/contents.ts'
import type { JsonObject } from '../../json.ts'

export const toMediaPart = ({ kind, mimeType, content, refuse }: MediaPiece): JsonObject | undefined => {
  const url = kind === 'inline' ? dataUrl({ mimeType, base64: content }) : content
  if (kind === 'file' && !isToBeFetched(content)) refuse('is a file that only Gemini has')
  else if (mimeType.startsWith('image/')) return { type: 'image_url', image_url: { url } }
  else if (kind === 'file') refuse('must be a picture: other files have to be given inline')
  else if (mimeType.startsWith('audio/')) return toAudio(mimeType, content)
  else if (mimeType === 'application/pdf') return { type: 'file', file: { file_data: url } }
  else refuse(`has the type ${mimeType.slice(0, 60)}, which is no picture, no sound and no PDF`)
  return undefined
}

const toAudio = (mimeType: string, data: string): JsonObject => ({
  type: 'input_audio',
  input_audio: { data, format: mimeType === 'audio/mpeg' ? 'mp3' : mimeType.slice('audio/'.length) },
})
