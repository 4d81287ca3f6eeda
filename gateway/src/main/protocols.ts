import { anthropicProtocol } from '../provider/anthropic/protocol.ts'
import { compatibleProtocol } from '../provider/compatible/protocol.ts'
import { deepseekProtocol } from '../provider/deepseek/protocol.ts'
import { geminiProtocol } from '../provider/gemini/protocol.ts'
import { openaiProtocol } from '../provider/openai/protocol.ts'
import type { Protocols } from '../translate/channels.ts'

/** The languages that providers are spoken to in. */
export const PROTOCOLS: Protocols = {
  openai: openaiProtocol,
  anthropic: anthropicProtocol,
  gemini: geminiProtocol,
  deepseek: deepseekProtocol,
  compatible: compatibleProtocol,
}
