import Anthropic from '@anthropic-ai/sdk'
import { openGateway, type TestGateway, type TestGatewayOptions } from './gateway.ts'
import { type ScriptedCall, type ScriptedProvider, startScriptedProvider } from './scripted-provider.ts'
import { until } from './wait.ts'

export type MessageBatch = Anthropic.Messages.MessageBatch
export type ResultLine = Anthropic.Messages.MessageBatchIndividualResponse
type Request = Anthropic.Messages.BatchCreateParams.Request

export const MODEL = 'batch-4.1'

/** A provider that speaks Anthropic's API and repeats what it is asked, so that a swapped answer is seen. */
export interface MessagesProvider extends ScriptedProvider {
  /** From now on calls that say this word, or any where none is given, wait for `open`. */
  hold(word?: string): void
  /** Answers those that wait, and from now on every call at once. */
  open(): void
  waiting(): number
}

/** What says `refuse me` is refused with this. */
export const REFUSED = { type: 'invalid_request_error', message: 'messages.0: not this' }

export const USAGE = { input_tokens: 100, output_tokens: 23 }

export const startMessagesProvider = async (): Promise<MessagesProvider> => {
  const provider = await startScriptedProvider()
  let held: ScriptedCall[] = []
  const open = (): void => {
    provider.always(reply)
    for (const call of held.splice(0)) reply(call)
  }
  provider.always(reply)
  return {
    ...provider,
    hold: (word = '') =>
      provider.always((call) => void (call.text.includes(word) ? held.push(call) : reply(call))),
    open,
    waiting: () => held.length,
    close() {
      held = []
      return provider.close()
    },
  }
}

const reply = (call: ScriptedCall): void => {
  const said = JSON.stringify(call.json.messages)
  if (said.includes('refuse me')) {
    call.answer(400, JSON.stringify({ type: 'error', error: REFUSED, request_id: 'req_theirs' }, null, 2))
  } else call.answer(200, JSON.stringify(messageOf(call.json), null, 2))
}

/** The answer to a request, with line feeds in it as providers do send them. */
const messageOf = ({ model, messages }: Readonly<Record<string, unknown>>) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model,
  content: [{ type: 'text', text: `re: ${JSON.stringify(messages)}\n` }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: USAGE,
})

/** A gateway with that provider behind every model. */
export const openMessagesGateway = (
  provider: MessagesProvider,
  { adapt = (config) => config, ...more }: Omit<TestGatewayOptions, 'provider'> = {},
): Promise<TestGateway> =>
  openGateway({
    provider: provider.url,
    adapt: (config) =>
      adapt({
        ...config,
        deployments: config.deployments.map((each) => ({ ...each, provider: 'anthropic' })),
        execute: { ...config.execute, stopDrainMs: 100, tickMs: 50 },
      }),
    ...more,
  })

export const messageRequest = (custom_id: string, content: string, more: object = {}): Request => ({
  custom_id,
  params: { model: MODEL, max_tokens: 64, messages: [{ role: 'user', content }], ...more },
})

/** What an answered request says. */
export const textFor = (content: string): string => `re: ${JSON.stringify([{ role: 'user', content }])}\n`

export const messageBatchEnded = (client: Anthropic, { id }: { id: string }): Promise<MessageBatch> =>
  until('the end of the batch', async () => {
    const batch = await client.messages.batches.retrieve(id)
    return batch.processing_status === 'ended' && batch
  })

/** Its results as the client reads them, by custom_id. */
export const resultsOf = async (
  client: Anthropic,
  { id }: { id: string },
): Promise<ReadonlyMap<string, ResultLine['result']>> => {
  const results = new Map<string, ResultLine['result']>()
  for await (const line of await client.messages.batches.results(id)) results.set(line.custom_id, line.result)
  return results
}

export const anthropicRefusal = async (
  what: Promise<unknown>,
): Promise<InstanceType<typeof Anthropic.APIError>> => {
  const error = await what.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof Anthropic.APIError) return error
  throw new Error(`it was not refused: ${error}`)
}
