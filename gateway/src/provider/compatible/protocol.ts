import { interpreterOf } from '../answers/interpret.ts'
import { READERS } from '../openai/endpoints.ts'
import { openaiProtocol } from '../openai/protocol.ts'
import type { Protocol } from '../protocol.ts'
import { refusal } from './refusal.ts'

/** Any server that speaks OpenAI's language: vLLM, SGLang and others. Only its errors have forms of their own. */
export const compatibleProtocol: Protocol = {
  ...openaiProtocol,
  interpret: interpreterOf({ readers: READERS, refusal }),
}
