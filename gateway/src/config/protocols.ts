import type { Deployment } from '../provider/deployment.ts'
import type { Maker } from './catalogue.ts'

export type ProtocolName = Deployment['provider']

/** Where a maker of models is found, in its own language and by its own names. */
export interface KnownMaker {
  readonly origin: string
  /** Follows the origin in every base URL: '' where there is none. */
  readonly version: string
  /** The variables that the maker's own client libraries read. */
  readonly keyVariable: string
  readonly baseUrlVariable: string
  /** What those libraries add to the address that the variable holds. */
  readonly versionAdded: string
}

export const MAKERS: Readonly<Record<Maker, KnownMaker>> = {
  openai: {
    origin: 'https://api.openai.com',
    version: '/v1',
    keyVariable: 'OPENAI_API_KEY',
    baseUrlVariable: 'OPENAI_BASE_URL',
    versionAdded: '',
  },
  anthropic: {
    origin: 'https://api.anthropic.com',
    version: '/v1',
    keyVariable: 'ANTHROPIC_API_KEY',
    baseUrlVariable: 'ANTHROPIC_BASE_URL',
    versionAdded: '/v1',
  },
  gemini: {
    origin: 'https://generativelanguage.googleapis.com',
    version: '/v1beta',
    keyVariable: 'GEMINI_API_KEY',
    baseUrlVariable: 'GOOGLE_GEMINI_BASE_URL',
    versionAdded: '/v1beta',
  },
  deepseek: {
    origin: 'https://api.deepseek.com',
    version: '',
    keyVariable: 'DEEPSEEK_API_KEY',
    baseUrlVariable: 'DEEPSEEK_BASE_URL',
    versionAdded: '',
  },
}

/** Where the API of a maker is, version included. */
export const baseUrlOf = (maker: Maker): string => MAKERS[maker].origin + MAKERS[maker].version

/** The variables that may hold a key. */
export const KEY_VARIABLES: readonly string[] = Object.values(MAKERS).map(({ keyVariable }) => keyVariable)

/** What a file may name. `compatible` is whatever server speaks OpenAI's language, so it has no address of its own. */
export const PROTOCOLS = [
  'openai',
  'anthropic',
  'gemini',
  'deepseek',
  'compatible',
] as const satisfies readonly ProtocolName[]

/** Of a provider whose address nobody gave. */
export const defaultBaseUrl = (protocol: ProtocolName): string | undefined =>
  protocol === 'compatible' ? undefined : baseUrlOf(protocol)
