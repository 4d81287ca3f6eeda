import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { shown } from '../../report.ts'
import { CallNames } from './call-names.ts'

/** A turn of a request to Gemini, in words that every format has one for. */
export interface AskedTurn {
  readonly role: 'user' | 'model'
  readonly pieces: readonly AskedPiece[]
}

export type AskedPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'call'; readonly id: string; readonly name: string; readonly args: JsonObject }
  | { readonly kind: 'result'; readonly id: string; readonly response: JsonObject }
  | MediaPiece

export interface MediaPiece {
  readonly kind: 'inline' | 'file'
  readonly mimeType: string
  /** The bytes in base64, or the URL. */
  readonly content: string
  /** Refuses it, for a format that has no place for it. */
  readonly refuse: (message: string) => void
}

export const readContents = (fields: Fields): readonly AskedTurn[] => {
  const names = new CallNames()
  if (fields.take('contents') === undefined) fields.refuse('contents', 'is required')
  return fields.objects('contents').map((content) => {
    const role = content.string('role') ?? 'user'
    if (role !== 'user' && role !== 'model') {
      content.refuse('role', `must be user or model, and is ${shown(role)}`)
    }
    const pieces = content.objects('parts').flatMap((part) => readPart(part, names))
    content.dropRest()
    return { role: role === 'model' ? 'model' : 'user', pieces }
  })
}

/** All that is said to the system, each part a paragraph. */
export const readSystemInstruction = (fields: Fields): string => {
  const instruction = fields.object('systemInstruction')
  instruction?.ignore('role')
  const texts = (instruction?.objects('parts') ?? []).map((part) => {
    const text = part.requiredString('text')
    part.dropRest()
    return text
  })
  instruction?.dropRest()
  return texts.filter((text) => text !== '').join('\n\n')
}

const readPart = (part: Fields, names: CallNames): readonly AskedPiece[] => {
  // Only the model that gave it can read it.
  part.drop('thoughtSignature')
  const piece = readKind(part, names)
  part.dropRest()
  return piece ? [piece] : []
}

const readKind = (part: Fields, names: CallNames): AskedPiece | undefined => {
  if (part.take('thought') === true) {
    part.drop('text')
    return undefined
  }
  const text = part.string('text')
  if (text !== undefined) return { kind: 'text', text }
  const call = part.object('functionCall')
  if (call) return readCall(call, names)
  const response = part.object('functionResponse')
  if (response) return readResponse(response, names)
  return readMedia(part)
}

const readCall = (call: Fields, names: CallNames): AskedPiece => {
  const name = call.requiredString('name')
  const id = names.called(name, call.string('id'))
  const args = call.json('args') ?? {}
  call.dropRest()
  return { kind: 'call', id, name, args }
}

const readResponse = (result: Fields, names: CallNames): AskedPiece => {
  const name = result.requiredString('name')
  const id = names.answered(name, result.string('id'))
  if (id === undefined) result.refuse('name', 'names no call of an earlier turn that has no result yet')
  const response = result.json('response') ?? {}
  result.dropRest()
  return { kind: 'result', id: id ?? '', response }
}

const readMedia = (part: Fields): MediaPiece | undefined => {
  const inline = part.object('inlineData')
  const media = inline ?? part.object('fileData')
  if (!media) {
    part.report.refuse(part.path, 'must have text, functionCall, functionResponse, inlineData or fileData')
    return undefined
  }
  const mimeType = inline ? media.requiredString('mimeType') : (media.string('mimeType') ?? '')
  const content = media.requiredString(inline ? 'data' : 'fileUri')
  media.dropRest()
  const refuse = (message: string): void => media.report.refuse(media.path, message)
  return { kind: inline ? 'inline' : 'file', mimeType, content, refuse }
}
