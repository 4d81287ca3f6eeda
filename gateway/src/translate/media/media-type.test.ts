import { describe, expect, it } from 'vitest'
import { mediaTypeOf } from './media-type.ts'

const latin = (text: string): Buffer => Buffer.from(text, 'latin1')
const JPEG = latin('\xff\xd8\xff\xe0')
const PDF = latin('%PDF-1.7')

describe('the type of what was fetched', () => {
  it.each([
    ['image/jpeg', JPEG, 'image/jpeg'],
    ['IMAGE/JPEG; charset=binary', JPEG, 'image/jpeg'],
    ['image/png', JPEG, 'image/jpeg'],
    ['application/octet-stream', PDF, 'application/pdf'],
    [undefined, latin('GIF89a'), 'image/gif'],
    ['image/webp', latin('RIFF\0\0\0\0WEBPVP8 '), 'image/webp'],
    ['image/heic', latin('\0\0\0\x18ftypheic'), 'image/heic'],
    [undefined, latin('RIFF\0\0\0\0WAVEfmt '), 'audio/wav'],
    ['audio/mpeg', latin('\xff\xfb'), 'audio/mpeg'],
    ['text/plain; charset=utf-8', latin('words'), 'text/plain'],
  ])('%s of %s is %s', (said, bytes, mimeType) => {
    expect(mediaTypeOf(said, bytes)).toEqual({ kind: 'taken', mimeType })
  })

  it.each([
    ['image/png', latin('<html>'), 'it is said to be image/png and is not'],
    ['application/pdf', latin('words'), 'it is said to be application/pdf and is not'],
    ['text/plain', latin('a\0b'), 'it is said to be text/plain and is not'],
    ['image/png', latin(''), 'it is empty'],
    ['image/svg+xml', latin('<svg/>'), 'it is image/svg+xml; taken are'],
    ['application/zip', latin('PK'), 'it is application/zip; taken are'],
    [undefined, latin('words'), 'it is of no type; taken are'],
    ['application/octet-stream', latin('words'), 'it is application/octet-stream; taken are'],
  ])('%s of %s is refused', (said, bytes, message) => {
    const media = mediaTypeOf(said, bytes)
    expect(media.kind === 'refused' && media.message).toContain(message)
  })
})
