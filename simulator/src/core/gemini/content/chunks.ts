import { jsonBody } from '../../json-body.ts'
import type { Stream, StreamEvent } from '../../stream/stream.ts'
import { tokenTexts } from '../../tokens.ts'
import { errorBody, failed } from '../errors.ts'
import { aboutAll, type Content, callParts, contentObject, partsField, thoughtParts } from './object.ts'
import type { Candidate } from './speak.ts'

/** Server-sent events, or one list in JSON that grows. */
export type StreamForm = 'events' | 'list'

/** The answer in chunks that are answers themselves: the last one of each candidate says why it stopped. */
export const contentStream = (content: Content, form: StreamForm): Stream => {
  const chunks = chunksOf(content).map(({ json, tokens }) => ({ json: JSON.stringify(json), tokens }))
  return form === 'events' ? eventStream(chunks) : listStream(chunks)
}

const lineEnd = '\r\n'

const eventOf = (json: string): Buffer => Buffer.from(`data: ${json}${lineEnd}${lineEnd}`)

const eventStream = (chunks: readonly Chunk<string>[]): Stream => ({
  events: chunks.map(({ json, tokens }) => ({ bytes: eventOf(json), tokens })),
  failure: () => eventOf(failure),
})

const failure = errorBody(failed(), false).toString()

const listStream = (chunks: readonly Chunk<string>[]): Stream => {
  const before = (index: number): string => (index === 0 ? '[' : `,${lineEnd}`)
  const events: StreamEvent[] = chunks.map(({ json, tokens }, index) => ({
    bytes: Buffer.from(before(index) + json),
    tokens,
  }))
  events.push({ bytes: Buffer.from(`${lineEnd}]`), tokens: events.at(-1)?.tokens ?? 0 })
  return {
    events,
    failure: (at) => Buffer.from(`${before(at)}${failure}${lineEnd}]`),
    contentType: 'application/json; charset=UTF-8',
  }
}

interface Chunk<Json> {
  readonly json: Json
  /** So many tokens of the answer are out with it. */
  readonly tokens: number
}

/** What one candidate says in one chunk. */
interface Said {
  readonly parts: readonly object[]
  readonly tokens: number
  readonly finish?: string
}

const chunksOf = (content: Content): Chunk<object>[] => {
  const { spoken, tokens } = content
  if (spoken === undefined) return [{ json: contentObject(content), tokens: 0 }]
  const saidBy = spoken.candidates.map((candidate, index) => saidIn(content, candidate, index))
  const turns = Math.max(...saidBy.map((said) => said.length))
  const chunks: Chunk<object>[] = []
  let out = spoken.thoughts.tokens
  for (let turn = 0; turn < turns; turn++) {
    for (const [index, said] of saidBy.entries()) {
      const now = said[turn]
      if (now === undefined) continue
      out += now.tokens
      const usage = { ...tokens, completion: out, thoughts: spoken.thoughts.tokens }
      const own = { content: { ...partsField(now.parts), role: 'model' }, finishReason: now.finish, index }
      chunks.push({ json: { candidates: [own], ...aboutAll(content, usage) }, tokens: out })
    }
  }
  return chunks
}

const tokensInChunk = 8

const saidIn = (content: Content, candidate: Candidate, index: number): readonly Said[] => {
  const thoughts = thoughtParts(content, index)
  const said: Said[] = thoughts.length > 0 ? [{ parts: thoughts, tokens: 0 }] : []
  const words = tokenTexts(candidate.text)
  for (let at = 0; at < words.length; at += tokensInChunk) {
    const some = words.slice(at, at + tokensInChunk)
    said.push({ parts: [{ text: some.join('') }], tokens: some.length })
  }
  const calls = callParts(content, candidate.calls)
  for (const part of calls) said.push({ parts: [part], tokens: 0 })
  // What a call costs is out with the last of them.
  const left = candidate.tokens - said.reduce((sum, { tokens }) => sum + tokens, 0)
  const last = said.pop() ?? { parts: [], tokens: 0 }
  said.push({ ...last, tokens: last.tokens + left, finish: candidate.finish })
  return said
}

export const contentBody = (content: Content, pretty: boolean): Buffer =>
  jsonBody(contentObject(content), pretty)
