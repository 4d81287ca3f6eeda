import type { Refusal } from '../answers/interpret.ts'
import { refusal as compatibleRefusal } from '../compatible/refusal.ts'

const PAYMENT_REQUIRED = 402

/** Its own code for an empty account, `invalid_request_error`, would send operators the wrong way. */
export const refusal = (status: number, text: string): Refusal => {
  const refused = compatibleRefusal(status, text)
  return status === PAYMENT_REQUIRED ? { ...refused, code: 'insufficient_balance' } : refused
}
