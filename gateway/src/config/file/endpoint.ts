import { z } from 'zod'
import { PROTOCOLS } from '../protocols.ts'

const NO_VARIABLE =
  'must be the name of an environment variable (A-Z a-z 0-9 _): the key itself has no place in a file'

const isPlainUrl = (value: string): boolean => {
  const url = URL.parse(value)
  return url === null || (url.username === '' && url.password === '' && url.search === '' && url.hash === '')
}

/** Where a provider is, and under which key: of a named provider, or of a deployment that names none. */
export const endpointSchema = {
  protocol: z
    .enum(Object.keys(PROTOCOLS) as Array<keyof typeof PROTOCOLS>)
    .default('openai')
    .describe('The API that it speaks; `openai` is that of OpenAI and of every server like it.'),
  base_url: z
    .url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://' })
    .refine(isPlainUrl, 'must be an address without user, password, ? and #: keys come from the environment')
    .optional()
    .meta({ shownDefault: "the protocol's own: `https://api.openai.com/v1`" })
    .describe('Its address, version included.'),
  api_key_env: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, NO_VARIABLE)
    .describe('The environment variable that holds its key.'),
}
