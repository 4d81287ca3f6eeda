import { z } from 'zod'
import { defaultBaseUrl, PROTOCOLS } from '../protocols.ts'

const NO_VARIABLE =
  'must be the name of an environment variable (A-Z a-z 0-9 _): the key itself has no place in a file'

const isPlainUrl = (value: string): boolean => {
  const url = URL.parse(value)
  return url === null || (url.username === '' && url.password === '' && url.search === '' && url.hash === '')
}

const OWN_ADDRESSES = `the protocol's own: ${PROTOCOLS.flatMap((protocol) => {
  const baseUrl = defaultBaseUrl(protocol)
  return baseUrl === undefined ? [] : [`\`${baseUrl}\``]
}).join(', ')}`

/** Where a provider is, and under which key: of a named provider, or of a deployment that names none. */
export const endpointSchema = {
  protocol: z
    .enum(PROTOCOLS)
    .default('openai')
    .describe("Whose API it speaks; `compatible` is OpenAI's as vLLM, SGLang and other servers have it."),
  base_url: z
    .url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://' })
    .refine(isPlainUrl, 'must be an address without user, password, ? and #: keys come from the environment')
    .optional()
    .meta({ shownDefault: OWN_ADDRESSES })
    .describe('Its address, version included; `compatible` has none of its own, and needs one.'),
  api_key_env: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, NO_VARIABLE)
    .describe('The environment variable that holds its key.'),
}
