import { generated, type Stream } from '../../stream/stream.ts'
import { tokenTexts } from '../../tokens.ts'
import { obfuscation } from '../chunk-stream.ts'
import { failed } from '../errors.ts'
import type { StreamWish } from '../stream-wish.ts'
import { contentOf, messageOf, type ResponseParts, responseObject } from './object.ts'

/** The response in typed events: each part of it is opened, filled and closed, and the last event has it whole. */
export const responseStream = (parts: ResponseParts, wish: StreamWish): Stream => {
  const { said } = parts
  const event = numbered()
  const whole = responseObject(parts)
  const message = messageOf(parts)
  const begun = { ...whole, status: 'in_progress', incomplete_details: null, output: [], usage: null }
  const item = { output_index: 0 }
  const part = { item_id: message.id, output_index: 0, content_index: 0 }
  const kind = said.isRefusal ? 'response.refusal' : 'response.output_text'
  const logprobs = said.isRefusal ? {} : { logprobs: [] }

  const opening = [
    event('response.created', { response: begun }),
    event('response.in_progress', { response: begun }),
    event('response.output_item.added', {
      ...item,
      item: { ...message, status: 'in_progress', content: [] },
    }),
    event('response.content_part.added', { ...part, part: contentOf({ ...said, text: '' }) }),
  ].map((bytes) => ({ bytes, tokens: 0 }))
  const filling = generated(
    [tokenTexts(said.text)],
    (delta) =>
      event(`${kind}.delta`, {
        ...part,
        delta,
        ...logprobs,
        ...(wish.obfuscated ? { obfuscation: obfuscation(delta) } : {}),
      }),
    () =>
      event(`${kind}.done`, {
        ...part,
        ...(said.isRefusal ? { refusal: said.text } : { text: said.text }),
        ...logprobs,
      }),
  )
  const tokens = filling.at(-1)?.tokens ?? 0
  const closing = [
    event('response.content_part.done', { ...part, part: contentOf(said) }),
    event('response.output_item.done', { ...item, item: message }),
    event(`response.${whole.status}`, { response: whole }),
  ].map((bytes) => ({ bytes, tokens }))
  return { events: [...opening, ...filling, ...closing], failure: failureAt }
}

/** Each event says its type twice, and its place among the others. */
const typedEvent = (type: string, place: number, fields: object): Buffer =>
  Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: place, ...fields })}\n\n`)

const numbered = () => {
  let place = 0
  return (type: string, fields: object): Buffer => typedEvent(type, place++, fields)
}

const failureAt = (place: number): Buffer => {
  const { message, type, param } = failed()
  return typedEvent('error', place, { code: type, message, param })
}
