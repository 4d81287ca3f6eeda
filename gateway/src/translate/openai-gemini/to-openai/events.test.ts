import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wholeAndStreamed } from '../../gemini/answer.fixture.ts'
import type { JsonObject } from '../../json.ts'
import { toChatCompletion } from './answer.ts'
import { ChunkTranslator } from './events.ts'

const CONTEXT = { now: 1_764_200_000_000, asked: { model: 'asked-for' } }

const chunksOf = (events: readonly JsonObject[], hidesUsage: boolean): readonly JsonObject[] => {
  const translator = new ChunkTranslator({ ...CONTEXT, hidesUsage })
  const sent = events.map((event) => translator.take(event)).join('') + translator.end()
  const lines = sent.split('\n\n')
  expect(lines.splice(-2)).toEqual(['data: [DONE]', ''])
  return lines.map((line) => JSON.parse(line.replace(/^data: /, '')))
}

interface Delta {
  readonly role?: string
  readonly content?: string | null
  readonly refusal?: string | null
  readonly reasoning_content?: string
  readonly tool_calls?: readonly (JsonObject & { readonly index: number })[]
}

/** As clients put chunks together. */
const accumulated = (chunks: readonly JsonObject[]): JsonObject => {
  const choices = new Map<number, { message: JsonObject; finish_reason: unknown }>()
  let usage: unknown
  for (const chunk of chunks) {
    usage = chunk.usage ?? usage
    for (const { index, delta, finish_reason } of chunk.choices as readonly {
      index: number
      delta: Delta
      finish_reason: unknown
    }[]) {
      const choice = choices.get(index) ?? { message: {}, finish_reason: null }
      choices.set(index, {
        message: merged(choice.message as Delta, delta),
        finish_reason: finish_reason ?? choice.finish_reason,
      })
    }
  }
  const [first] = chunks
  return {
    id: first?.id,
    object: 'chat.completion',
    created: first?.created,
    model: first?.model,
    choices: [...choices]
      .toSorted(([one], [other]) => one - other)
      .map(([index, choice]) => ({ index, ...choice, logprobs: null })),
    usage,
  }
}

const merged = (message: Delta, delta: Delta): JsonObject => {
  const thoughts = joined(message.reasoning_content, delta.reasoning_content)
  const calls = (delta.tool_calls ?? []).map(({ index, ...call }) => {
    expect(index).toBe((message.tool_calls ?? []).length)
    return call
  })
  return {
    ...message,
    ...delta,
    content: joined(message.content, delta.content) ?? null,
    refusal: joined(message.refusal, delta.refusal) ?? null,
    ...(thoughts !== undefined && { reasoning_content: thoughts }),
    ...(calls.length > 0 && { tool_calls: [...(message.tool_calls ?? []), ...calls] }),
  }
}

const joined = (before: string | null | undefined, after: string | null | undefined): string | undefined =>
  typeof before === 'string' || typeof after === 'string' ? (before ?? '') + (after ?? '') : undefined

describe('a stream of chunks', () => {
  it('comes to what the whole answer is', () => {
    fc.assert(
      fc.property(wholeAndStreamed(2), ({ whole, chunks }) => {
        expect(accumulated(chunksOf(chunks, false))).toEqual(toChatCompletion(whole, CONTEXT))
      }),
    )
  })

  it('tells the usage in a chunk of its own, and only a client that asked for it', () => {
    const events = [
      {
        candidates: [{ content: { parts: [{ text: '양' }] }, finishReason: 'STOP' }],
        usageMetadata: { promptTokenCount: 3 },
      },
    ]
    const told = chunksOf(events, false)
    expect(told.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 3 } })
    expect(told.slice(0, -1).every(({ usage }) => usage === null)).toBe(true)
    expect(chunksOf(events, true).every((chunk) => !Object.hasOwn(chunk, 'usage'))).toBe(true)
  })

  it('opens each choice with its role, and says once why it ended', () => {
    const stopped = (text: string) => ({
      candidates: [{ content: { parts: [{ text }] }, finishReason: 'STOP' }],
    })
    const deltas = chunksOf([stopped('양'), stopped(' 우리')], true).map(({ choices }) => choices)
    const choice = { index: 0, logprobs: null, finish_reason: null }
    expect(deltas).toEqual([
      [{ ...choice, delta: { role: 'assistant', content: null, refusal: null } }],
      [{ ...choice, delta: { content: '양' } }],
      [{ ...choice, delta: { content: ' 우리' } }],
      [{ ...choice, delta: {}, finish_reason: 'stop' }],
    ])
  })

  it('has nothing for an event that is an error', () => {
    const translator = new ChunkTranslator({ ...CONTEXT, hidesUsage: true })
    expect(translator.take({ error: { code: 503, message: 'later' } })).toBe('')
  })

  it('is one, whatever comes', () => {
    const names = fc.constantFrom(
      ...'candidates content parts text functionCall args index finishReason usageMetadata promptFeedback'.split(
        ' ',
      ),
    )
    const anything = fc.letrec<{ value: unknown; object: JsonObject }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 6 },
        fc.jsonValue(),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.dictionary(names, tie('value'), { maxKeys: 4 }),
    })).object
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 4 }), (events) => {
        expect(chunksOf(events, false).length).toBeGreaterThan(0)
        for (const event of events) expect(toChatCompletion(event, CONTEXT).object).toBe('chat.completion')
      }),
    )
  })
})

describe('the tokens of an answer', () => {
  it('are kept in their sums', () => {
    fc.assert(
      fc.property(wholeAndStreamed(1), ({ whole }) => {
        const told = whole.usageMetadata as Readonly<Record<string, number | undefined>>
        const usage = toChatCompletion(whole, CONTEXT).usage as Readonly<Record<string, number>>
        const output = (told.candidatesTokenCount ?? 0) + (told.thoughtsTokenCount ?? 0)
        const input = (told.promptTokenCount ?? 0) + (told.toolUsePromptTokenCount ?? 0)
        expect(usage).toMatchObject({
          prompt_tokens: input,
          completion_tokens: output,
          total_tokens: input + output,
        })
      }),
    )
  })
})
