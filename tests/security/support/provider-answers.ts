import { messageAnswer } from '../../support/scripted-anthropic.ts'
import { chatAnswer, type ScriptedCall, USAGE } from '../../support/scripted-provider.ts'

/** A small answer of the kind that was asked for. */
export const answerAs = (call: ScriptedCall): void => call.answer(200, bodyFor(call.path))

const bodyFor = (path: string): object => {
  switch (path) {
    case '/v1/completions':
      return {
        id: 'cmpl-1',
        object: 'text_completion',
        created: 1,
        model: 'gpt-4.1',
        choices: [{ index: 0, text: 'hello', finish_reason: 'stop', logprobs: null }],
        usage: USAGE,
      }
    case '/v1/embeddings':
      return {
        object: 'list',
        data: [{ object: 'embedding', index: 0, embedding: [0.5] }],
        model: 'text-embedding-3-small',
        usage: { prompt_tokens: 1, total_tokens: 1 },
      }
    case '/v1/messages':
      return messageAnswer('hello')
    case '/v1/responses':
      return {
        id: 'resp_1',
        object: 'response',
        status: 'completed',
        model: 'gpt-4.1',
        output: [],
        usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
      }
    default:
      return chatAnswer('hello')
  }
}
