import { type Body, isRecord } from '../record.ts'
import { dataEvent } from '../stream/stream.ts'

/** Everything that OpenAI tells and vLLM does not is there, and null. */
export const reshapedCompletion = (completion: Body): Body => ({
  ...withoutOpenai(completion),
  choices: listOf(completion.choices).map((choice) => ({
    ...choice,
    message: { ...NO_MESSAGE, ...choice.message },
    stop_reason: null,
  })),
  prompt_logprobs: null,
})

const NO_MESSAGE = { audio: null, function_call: null, tool_calls: [], reasoning: null }

export const reshapedChunk = (event: Buffer): Buffer => {
  const data = event.toString().replace(/^data: /, '')
  if (!data.startsWith('{')) return event
  const { obfuscation: _, ...chunk } = JSON.parse(data)
  return dataEvent(JSON.stringify(withoutOpenai(chunk)))
}

const withoutOpenai = ({ service_tier: _, usage, ...rest }: Body): Body => ({
  ...rest,
  system_fingerprint: null,
  ...(isRecord(usage) ? { usage: plainUsage(usage) } : {}),
})

/** The details are told only where the server was started with them. */
const plainUsage = ({ prompt_tokens, completion_tokens, total_tokens }: Body): Body => ({
  prompt_tokens,
  total_tokens,
  completion_tokens,
  prompt_tokens_details: null,
})

const listOf = (value: unknown): Array<Record<string, unknown> & { message?: object }> =>
  Array.isArray(value) ? value : []
