import type { Spoilable } from './call.ts'
import type { Fault, FaultKind } from './options.ts'
import type { Reaction } from './reaction.ts'
import { withMalformedCall, withoutCandidates, withoutResources } from './rewritings.ts'

const html = (title: string): Buffer =>
  Buffer.from(
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
  )

const asHtml = (answer: Reaction, status: number, title: string): Reaction => ({
  ...answer,
  status,
  headers: { ...answer.headers, 'content-type': 'text/html' },
  body: html(title),
})

const withoutUsage = (body: Buffer, { usage }: Spoilable): Buffer => {
  const answer: unknown = JSON.parse(body.toString())
  if (typeof answer !== 'object' || answer === null) return body
  return Buffer.from(JSON.stringify({ ...answer, [usage]: undefined }, null, body.includes('\n') ? 2 : 0))
}

/** As the name of a field: Anthropic's blocks of text have a `"type": "text"` before it. */
export const nameInJson = (name: string): Buffer => Buffer.from(`"${name}":`)

/** Where the text of the answer starts: inside its quotes, so that what is put there keeps the JSON valid. */
const textAt = (body: Buffer, { text }: Spoilable): number => {
  const mark = nameInJson(text)
  return body.indexOf('"', body.indexOf(mark) + mark.length) + 1
}

export const withBrokenUtf8 = (body: Buffer, spoilable: Spoilable): Buffer => {
  const at = textAt(body, spoilable)
  return Buffer.concat([body.subarray(0, at), Buffer.from([0xff, 0xc3, 0x28]), body.subarray(at)])
}

const emptyLines = Buffer.from('\n\n\n')

const rewriting =
  (change: (text: string) => string) =>
  (answer: Reaction): Reaction => ({ ...answer, body: Buffer.from(change(answer.body.toString())) })

const hugeBytes = 70_000_000
const slowMs = 10_000

/** Faults that spoil an answer that was worked for: the provider may well charge for it. */
const spoilers: Partial<
  Record<FaultKind, (answer: Reaction, fault: Fault, spoilable: Spoilable) => Reaction>
> = {
  bad_gateway: (answer) => asHtml(answer, 502, '502 Bad Gateway'),
  slow: (answer, fault) => ({
    ...answer,
    firstByteMs: answer.firstByteMs + (fault.delayMs ?? slowMs),
    bodyMs: answer.bodyMs + (fault.bodyDelayMs ?? 0),
  }),
  reset_before: (answer) => ({ ...answer, fault: 'reset_before' }),
  reset_mid: (answer) => ({ ...answer, fault: 'reset_mid' }),
  hang: (answer) => ({ ...answer, fault: 'hang' }),
  truncated_json: (answer) => ({ ...answer, body: answer.body.subarray(0, answer.body.length >> 1) }),
  invalid_json: (answer) => ({ ...answer, body: Buffer.from(answer.body.toString().replace('{', '{,')) }),
  invalid_utf8: (answer, _, spoilable) => ({ ...answer, body: withBrokenUtf8(answer.body, spoilable) }),
  wrong_content_type: (answer) => asHtml(answer, 200, 'Welcome to nginx!'),
  closed_while_waiting: (answer) => ({ ...answer, body: emptyLines }),
  out_of_resources: rewriting(withoutResources),
  malformed_call: rewriting(withMalformedCall),
  no_candidates: rewriting(withoutCandidates),
  empty_body: (answer) => ({ ...answer, body: Buffer.alloc(0) }),
  no_usage: (answer, _, spoilable) => ({ ...answer, body: withoutUsage(answer.body, spoilable) }),
  huge_answer: (answer, fault, spoilable) => ({
    ...answer,
    filler: { at: textAt(answer.body, spoilable), bytes: fault.bytes ?? hugeBytes },
  }),
}

export const spoiled = (answer: Reaction, fault: Fault | undefined, spoilable: Spoilable): Reaction =>
  fault === undefined
    ? answer
    : { ...(spoilers[fault.kind]?.(answer, fault, spoilable) ?? answer), outcome: fault.kind }
