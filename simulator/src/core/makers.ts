import { anthropic } from './anthropic/anthropic.ts'
import { deepseek } from './deepseek/deepseek.ts'
import { gemini } from './gemini/gemini.ts'
import type { Address, Maker } from './maker.ts'
import { openai } from './openai/openai.ts'
import { vllm } from './vllm/vllm.ts'

/** Those that know their own; what none of them wants goes to OpenAI, whose paths most others have copied. */
const makers: readonly Maker[] = [anthropic, deepseek, gemini, vllm]

export const makerOf = (address: Address): Maker => {
  for (const maker of makers) if (maker.owns(address)) return maker
  return openai
}
