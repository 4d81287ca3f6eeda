import type { AcceptedNative, NativeIntake } from '../../intake/native/read.ts'
import { ApiError, ERRORS, type ErrorCode } from '../errors.ts'

type Refused = Exclude<NativeIntake, AcceptedNative>

/** What the caller of a body is told that no batch is made of. */
export const refusal = (intake: Refused): ApiError => {
  switch (intake.kind) {
    case 'too_large':
      return new ApiError(
        'too_large',
        `The body must not exceed ${intake.maxBytes} bytes; send several batches.`,
        {
          max_bytes: intake.maxBytes,
        },
      )
    case 'not_native':
      return new ApiError(
        'unsupported_body',
        `This body has "${foreignKey(intake.document.keys)}", as batches of another API have, where "input" (a list of ` +
          'messages) or "tasks" (a list of prompts) is taken.',
      )
    case 'batch_size_exceeded':
      // Its body has no message: clients hold it to the letter.
      return new ApiError('batch_size_exceeded', '', {
        max_allowed: intake.maxAllowed,
        received: intake.received,
      })
    case 'invalid':
      return new ApiError(codeOf(intake.code), intake.message, {
        ...(intake.field === undefined ? {} : { field: intake.field }),
        ...(intake.offset === undefined ? {} : { offset: intake.offset }),
        ...(intake.faultsTotal === 0 ? {} : { faults_total: intake.faultsTotal, faults: intake.faults }),
      })
  }
}

const foreignKey = (keys: readonly string[]): string =>
  keys.includes('input_file_id') ? 'input_file_id' : 'requests'

const codeOf = (code: string): ErrorCode => {
  if (Object.hasOwn(ERRORS, code)) return code as ErrorCode
  throw new Error(`intake refused with "${code}", which is no code of the table`)
}
