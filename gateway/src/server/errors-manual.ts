import { FILE_FAULT_CODES } from '../intake/file/line-faults.ts'
import { ERRORS } from './errors.ts'

/** The page of the manual that lists every error; a test compares it with `docs/errors.md`. */
export const errorsManual = (): string => `# Errors

<!-- Made from gateway/src/server/errors.ts by \`npm run manual\`. Change it there. -->

Every error is one flat JSON object: \`{"error":"<code>","message":"…"}\`. The message says what was wrong,
where, and what is allowed. Further members, where they apply:

| member | says |
|---|---|
| \`field\` | what is at fault: a path in the body such as \`options.temperature\`, or the name of a header |
| \`offset\` | the byte of the body from which on it is no JSON |
| \`faults\`, \`faults_total\` | the first 1,000 refused requests of the batch, each with \`index\`, \`code\`, \`message\` and \`field\`; and how many there are |
| \`max_allowed\`, \`received\` | of \`batch_size_exceeded\`, which has no message |
| \`max_bytes\` | of a body that is too large |
| \`batch_id\` | of \`idempotency_key_reused\`: the batch that the key made |

A call that failed with a code of which a retry can help succeeds later as it is; its answer says with
\`Retry-After\` how long to wait. Within \`faults\` a code has no status of its own.

| code | status | can a retry help | meaning |
|---|---|---|---|
${Object.entries(ERRORS).map(rowOf).join('\n')}

## To OpenAI's clients

Whoever calls with one of OpenAI's client libraries, or a path of files or uploads, or about a batch that was made
of a file, is answered in OpenAI's envelope: \`{"error":{"message":"…","type":"…","param":…,"code":…}}\`, all four
always there. \`param\` is what is at fault, or null. \`code\` is that of the table, but for those that OpenAI
calls otherwise, such as \`invalid_api_key\`, \`model_not_found\` and \`missing_required_parameter\`, or has no
code for: then it is null.

## To Anthropic's clients

Whoever sends the header \`anthropic-version\`, or calls a path of \`/v1/messages\`, is answered in Anthropic's
envelope: \`{"type":"error","error":{"type":"…","message":"…","details":{"error_code":"…"}},"request_id":"req_…"}\`.
\`error.type\` follows from the status (\`invalid_request_error\`, \`authentication_error\`, \`billing_error\`,
\`permission_error\`, \`not_found_error\`, \`conflict_error\`, \`request_too_large\`, \`rate_limit_error\`,
\`api_error\`, \`timeout_error\`, \`overloaded_error\`); \`details.error_code\` is the code of the table, and
beside it stand the further members. The request id is in the header \`request-id\` too.

## In a file of requests

A file is taken whatever is in it. A batch that is made of a file with bad lines has \`failed\` from the start, and
its \`errors.data\` lists the first 1,000 faults, each with \`code\`, \`line\` (from 1; null: the file as a
whole), \`message\` and \`param\`:

| code | meaning |
|---|---|
${Object.entries(FILE_FAULT_CODES)
  .map(([code, text]) => `| \`${code}\` | ${text} |`)
  .join('\n')}
`

const rowOf = ([code, { status, retry, text }]: [string, (typeof ERRORS)[keyof typeof ERRORS]]): string =>
  `| \`${code}\` | ${status} | ${retry === 'no' ? 'no' : 'yes, later'} | ${text.replaceAll('|', '\\|')} |`
