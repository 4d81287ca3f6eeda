import type { Answered } from '../call.ts'
import { jsonBody } from '../json-body.ts'
import { endpointOf } from './endpoint-of.ts'
import { anything, fieldsError } from './fields.ts'
import { type ClaudePrompt, readPrompt } from './prompt.ts'

const fields = Object.fromEntries(
  'model messages system tools tool_choice thinking output_config cache_control mcp_servers'
    .split(' ')
    .map((field) => [field, anything]),
)

const countOf = ({ tokens }: ClaudePrompt) => ({ input_tokens: tokens })

/** Costs nothing, and counts as no answer of the model. */
const answerCount = (prompt: ClaudePrompt, pretty: boolean): Answered => ({
  body: jsonBody(countOf(prompt), pretty),
  spoilable: { text: 'input_tokens', usage: 'input_tokens' },
  firstByteMs: 0,
  bodyMs: 0,
})

export const countTokensAt = endpointOf<ClaudePrompt>({
  read: (body, isStrict) => fieldsError(body, fields, ['model', 'messages']) ?? readPrompt(body, isStrict),
  answer: (prompt, call) => answerCount(prompt, call.pretty),
  expected: (prompt) => JSON.stringify(countOf(prompt)),
})
