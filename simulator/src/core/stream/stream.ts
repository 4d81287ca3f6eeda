/** An answer in pieces that come while it is generated, most often server-sent events. */
export interface Stream {
  readonly events: readonly StreamEvent[]
  /** What the provider says in the place of the event with this number, from 0, when it fails there. */
  failure(at: number): Buffer
  /** Default `text/event-stream; charset=utf-8`. */
  readonly contentType?: string
}

export interface StreamEvent {
  readonly bytes: Buffer
  /** So many tokens of the answer are out with it. */
  readonly tokens: number
}

export const dataEvent = (json: string): Buffer => Buffer.from(`data: ${json}\n\n`)

/** The events of tokens that come one by one; of several texts by turns, since a model generates them at once. */
export const generated = (
  texts: readonly (readonly string[])[],
  delta: (text: string, index: number) => Buffer,
  end: (index: number) => Buffer,
): StreamEvent[] => {
  const events: StreamEvent[] = []
  const turns = Math.max(...texts.map((text) => text.length)) + 1
  let tokens = 0
  for (let turn = 0; turn < turns; turn++) {
    for (const [index, text] of texts.entries()) {
      const token = text[turn]
      if (token !== undefined) events.push({ bytes: delta(token, index), tokens: ++tokens })
      else if (turn === text.length) events.push({ bytes: end(index), tokens })
    }
  }
  return events
}
