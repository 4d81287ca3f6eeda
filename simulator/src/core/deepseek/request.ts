import { type ChatRequest, readChat } from '../openai/chat/request.ts'
import { isError, type ProviderError } from '../provider-error.ts'
import { type Body, isRecord } from '../record.ts'
import { badFormat, badParameter } from './errors.ts'

export interface DeepseekRequest extends ChatRequest {
  readonly thinks: boolean
}

/** Of OpenAI's fields, those that DeepSeek has too. It does not look at any other. */
const SHARED =
  'messages max_tokens temperature top_p frequency_penalty presence_penalty stop stream stream_options response_format tools tool_choice logprobs top_logprobs'.split(
    ' ',
  )

/** The one model that does not think unless it is told to. */
const THOUGHTLESS = 'deepseek-chat'

export const readDeepseekChat = (body: Body, model: string): DeepseekRequest | ProviderError => {
  const shared = Object.fromEntries(SHARED.flatMap((name) => (name in body ? [[name, body[name]]] : [])))
  const chat = readChat(shared, model)
  if (isError(chat)) return badParameter(chat.message)
  const own = ownFieldError(body)
  if (own) return own
  const wantsJson = isRecord(body.response_format) && body.response_format.type === 'json_object'
  if (wantsJson && !chat.messages.some(({ text }) => /json/i.test(text))) {
    return badFormat(
      "Prompt must contain the word 'json' in some form to use 'response_format' of type 'json_object'.",
    )
  }
  // A schema is taken, and not enforced.
  return { ...chat, json: wantsJson, thinks: wantsThoughts(body, model) }
}

const wantsThoughts = ({ thinking }: Body, model: string): boolean =>
  isRecord(thinking) ? thinking.type === 'enabled' : model !== THOUGHTLESS

const ownFieldError = ({ thinking, user_id: user }: Body): ProviderError | undefined => {
  if (thinking !== undefined && !(isRecord(thinking) && /^(enabled|disabled)$/.test(String(thinking.type)))) {
    return badParameter('thinking.type: expected `enabled` or `disabled`')
  }
  const isGoodUser = user === undefined || (typeof user === 'string' && /^[A-Za-z0-9_-]{1,512}$/.test(user))
  return isGoodUser ? undefined : badParameter('user_id: expected at most 512 of A-Z a-z 0-9 _ -')
}
