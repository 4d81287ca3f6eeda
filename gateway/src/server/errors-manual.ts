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
`

const rowOf = ([code, { status, retry, text }]: [string, (typeof ERRORS)[keyof typeof ERRORS]]): string =>
  `| \`${code}\` | ${status} | ${retry === 'no' ? 'no' : 'yes, later'} | ${text.replaceAll('|', '\\|')} |`
