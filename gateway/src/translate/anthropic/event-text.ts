import type { JsonObject } from '../json.ts'

/** An event of Anthropic's stream, which names its type twice. */
export const eventText = (event: JsonObject & { readonly type: string }): string =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
