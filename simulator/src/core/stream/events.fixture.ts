import type { Reaction } from '../reaction.ts'

export interface ReadEvent {
  readonly name: string | undefined
  readonly data: string
}

/** What a text of server-sent events says, up to its last empty line. */
export const eventsIn = (text: string): ReadEvent[] =>
  text
    .split('\n\n')
    .slice(0, -1)
    .map((block) => ({
      name: /^event: (.*)$/m.exec(block)?.[1],
      data: /^data: (.*)$/m.exec(block)?.[1] ?? '',
    }))

/** The parsed data of all events but `[DONE]`. */
export const chunksOf = ({ body }: Pick<Reaction, 'body'>) =>
  eventsIn(body.toString())
    .filter(({ data }) => data !== '[DONE]')
    .map(({ data }) => JSON.parse(data))

/** What each piece of a stream says, and when. */
export const piecesOf = ({ body, pieces = [] }: Reaction) =>
  pieces.map(({ end, atMs }, n) => ({
    atMs,
    text: body.subarray(pieces[n - 1]?.end ?? 0, end).toString('latin1'),
  }))
