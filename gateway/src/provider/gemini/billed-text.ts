import type { BilledText } from '../../money/estimate-usage.ts'
import { isRecord, type JsonObject, parseObject } from '../answers/json.ts'
import { stringsWithin } from '../answers/strings-within.ts'
import type { Exchange } from '../protocol.ts'
import { candidatesOf, partsOf } from './candidate.ts'

/** The texts of an exchange that tokens are counted of; pictures and files are not billed by their characters. */
export const billedText = ({ request, answer }: Exchange): BilledText => {
  const sent = parseObject(request.toString())
  if (!sent) return { input: [request.toString()], inputTokens: 0, output: [answer.toString()] }
  return {
    input: [...textsOfContents(inputContents(sent)), ...schemas(sent)],
    inputTokens: 0,
    output: billedOutput(parseObject(answer.toString()) ?? {}),
  }
}

/** What all candidates of an answer, or of a chunk of one, say and think. */
export const billedOutput = (json: JsonObject): string[] => textsOfContents(candidatesOf(json))

/** In one request, or in the requests of a list of embeddings; each as `{content}`, like a candidate. */
const inputContents = ({ contents, systemInstruction, requests }: JsonObject): readonly JsonObject[] => {
  const told = [systemInstruction, ...listOf(contents)].map((content) => ({ content }))
  return [...told, ...listOf(requests).filter(isRecord)]
}

const schemas = ({ tools, generationConfig }: JsonObject): string[] => {
  const config = isRecord(generationConfig) ? generationConfig : {}
  const { responseSchema, responseJsonSchema } = config
  return stringsWithin([tools, responseSchema, responseJsonSchema], 'schema').texts
}

const textsOfContents = (holders: readonly JsonObject[]): string[] =>
  holders.flatMap(partsOf).flatMap(textsOfPart)

/** Arguments and results are JSON, whose names of fields are read and written like its values. */
const textsOfPart = ({ text, ...part }: JsonObject): string[] => {
  if (typeof text === 'string') return [text]
  return stringsWithin(
    PARTS_WITH_TEXT.map((field) => part[field]).flatMap((value) => (isRecord(value) ? bodyOf(value) : [])),
    'schema',
  ).texts
}

const PARTS_WITH_TEXT = ['functionCall', 'functionResponse', 'executableCode', 'codeExecutionResult']

const bodyOf = ({ name, args, response, code, output }: JsonObject): unknown[] => [
  name,
  args,
  response,
  code,
  output,
]

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
