import type { Spoilable } from '../call.ts'
import { nameInJson, spoiled, withBrokenUtf8 } from '../fault-reactions.ts'
import type { Fault, FaultKind } from '../options.ts'
import type { Reaction } from '../reaction.ts'
import { withMalformedCall, withoutCandidates, withoutResources } from '../rewritings.ts'
import { planned, split } from './plan.ts'
import type { Stream, StreamEvent } from './stream.ts'

/** The answer as a stream, spoiled where a fault strikes it. */
export const streamed = (
  answer: Reaction,
  stream: Stream,
  spoilable: Spoilable,
  fault: Fault | undefined,
): Reaction => {
  if (fault === undefined) return planned(answer, stream)
  const spoil = spoilers[fault.kind]
  // A fault that is not named here puts something else in the place of the stream.
  return spoil === undefined
    ? spoiled(answer, fault, spoilable)
    : { ...spoil(answer, stream, fault, spoilable), outcome: fault.kind }
}

type Spoiler = (answer: Reaction, stream: Stream, fault: Fault, spoilable: Spoilable) => Reaction

const splitBytes = 3

/** How many events are left as they are: half of them, or as many as the fault says, never the last. */
const unharmed = ({ events }: Stream, { afterEvents = events.length >> 1 }: Fault): number =>
  Math.min(afterEvents, events.length - 1)

const brokenOff =
  (fault: 'reset_after' | 'hang_after'): Spoiler =>
  (answer, stream, order) => ({
    ...planned(answer, stream, stream.events.slice(0, unharmed(stream, order))),
    fault,
  })

/** Something else in the place of one event; what comes after it goes on. */
const withEvent = (
  { events }: Stream,
  at: number,
  change: (bytes: Buffer) => Buffer,
): readonly StreamEvent[] =>
  events.map((event, place) => (place === at ? { ...event, bytes: change(event.bytes) } : event))

/** The same, and nothing comes after it. */
const endingWith = (stream: Stream, at: number, change: (bytes: Buffer) => Buffer): readonly StreamEvent[] =>
  withEvent(stream, at, change).slice(0, at + 1)

const halfACharacter = Buffer.from('€').subarray(0, 2)

const cutShort: Spoiler = (answer, stream, fault) =>
  planned(
    answer,
    stream,
    endingWith(stream, unharmed(stream, fault), (bytes) =>
      Buffer.concat([bytes.subarray(0, bytes.length >> 1), halfACharacter]),
    ),
  )

const noLongerJson = (bytes: Buffer): Buffer => Buffer.from(bytes.toString().replace(/[{[]/, '$&,'))

const withoutJson: Spoiler = (answer, stream, fault) =>
  planned(answer, stream, withEvent(stream, unharmed(stream, fault), noLongerJson))

const rewriting =
  (change: (text: string) => string): Spoiler =>
  (answer, stream) => {
    const events = stream.events.map((event) => ({
      ...event,
      bytes: Buffer.from(change(event.bytes.toString())),
    }))
    return planned(answer, stream, events)
  }

/** A chunk that was there for the usage alone goes away; elsewhere nothing is in its place. */
const withoutUsage = (events: readonly StreamEvent[], { usage }: Spoilable): readonly StreamEvent[] => {
  const told = new RegExp(`"${usage}":\\{(?:[^{}]|\\{[^{}]*\\})*\\}`)
  return events.flatMap((event) => {
    const text = event.bytes.toString()
    if (!told.test(text)) return [event]
    if (text.includes('"choices":[]')) return []
    return [{ ...event, bytes: Buffer.from(text.replace(told, `"${usage}":null`)) }]
  })
}

/** The faults that leave a stream to be one, and those that all answers have where a stream knows them as well. */
const spoilers: Partial<Record<FaultKind, Spoiler>> = {
  slow: (answer, stream, fault, spoilable) => planned(spoiled(answer, fault, spoilable), stream),
  huge_answer: (answer, stream, fault, spoilable) => spoiled(planned(answer, stream), fault, spoilable),
  no_usage: (answer, stream, _, spoilable) => planned(answer, stream, withoutUsage(stream.events, spoilable)),
  closed_while_waiting: (answer, stream) =>
    planned(answer, stream, [{ bytes: Buffer.from(': keep-alive\n\n: keep-alive\n\n'), tokens: 0 }]),
  out_of_resources: rewriting(withoutResources),
  malformed_call: rewriting(withMalformedCall),
  no_candidates: rewriting(withoutCandidates),
  invalid_utf8: (answer, stream, _, spoilable) => {
    const name = nameInJson(spoilable.text)
    const at = stream.events.findIndex(({ bytes }) => bytes.includes(name))
    return planned(
      answer,
      stream,
      withEvent(stream, at, (bytes) => withBrokenUtf8(bytes, spoilable)),
    )
  },
  reset_mid: brokenOff('reset_after'),
  truncated_json: cutShort,
  invalid_json: withoutJson,
  stream_reset: brokenOff('reset_after'),
  stream_hang: brokenOff('hang_after'),
  stream_error: (answer, stream, fault) => {
    const at = unharmed(stream, fault)
    return planned(
      answer,
      stream,
      endingWith(stream, at, () => stream.failure(at)),
    )
  },
  stream_unfinished: (answer, stream, { afterEvents = stream.events.length, ...fault }) =>
    planned(answer, stream, stream.events.slice(0, unharmed(stream, { ...fault, afterEvents }))),
  stream_cut: cutShort,
  stream_invalid_json: withoutJson,
  stream_split: (answer, stream, { bytes = splitBytes }) => split(planned(answer, stream), bytes),
}
