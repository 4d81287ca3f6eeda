import { chunkStream } from '../openai/chunk-stream.ts'
import type { StreamWish } from '../openai/stream-wish.ts'
import { dataEvent, type Stream } from '../stream/stream.ts'
import { tokenTexts } from '../tokens.ts'
import { type Completion, FINGERPRINT, usageObject } from './object.ts'

/** The completion in chunks, one for each token: first what the model thinks, then what it says. */
export const completionStream = (completion: Completion, wish: StreamWish): Stream => {
  const { id, created, model, reasoning, content, finish } = completion
  const head = { id, object: 'chat.completion.chunk', created, model, system_fingerprint: FINGERPRINT }
  const chunk = (delta: object, reason: string | null = null): Buffer =>
    dataEvent(
      JSON.stringify({ ...head, choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }] }),
    )
  const deltas = [
    ...tokenTexts(reasoning ?? '').map((text) => ({ content: null, reasoning_content: text })),
    ...tokenTexts(content).map((text) => ({ content: text, reasoning_content: null })),
  ]
  const opening = { role: 'assistant', content: reasoning === null ? '' : null }
  const events = [
    { bytes: chunk(reasoning === null ? opening : { ...opening, reasoning_content: '' }), tokens: 0 },
    ...deltas.map((delta, at) => ({ bytes: chunk(delta), tokens: at + 1 })),
    { bytes: chunk({ content: '', reasoning_content: null }, finish), tokens: deltas.length },
  ]
  const usage = dataEvent(JSON.stringify({ ...head, choices: [], usage: usageObject(completion) }))
  return chunkStream(events, wish.usage ? usage : undefined)
}
