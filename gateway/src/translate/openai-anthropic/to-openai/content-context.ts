import type { OpenaiTraits } from '../../traits/openai.ts'
import type { Media } from '../../translation.ts'

/** What the translation of content depends on beside the content. */
export interface ContentContext {
  readonly traits: OpenaiTraits
  /** What was fetched, by its URL. */
  readonly media: ReadonlyMap<string, Media>
}
