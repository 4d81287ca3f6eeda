import type { BatchCheck, Loss } from './shapes.ts'
import { fieldsOf, isFields, numberOf, textOf } from './wire.ts'

/** None where the server tells of none: others than Sheepfold have no word for it. */
export const lossesOf = (value: unknown): Loss[] => {
  if (!Array.isArray(value)) return []
  return value.filter(isFields).map((loss) => ({
    model: textOf(loss.model),
    field: textOf(loss.field) ?? '',
    action: textOf(loss.action) ?? '',
    requests: numberOf(loss.requests) ?? 0,
    example: textOf(loss.example),
    from: textOf(loss.from),
    to: textOf(loss.to),
  }))
}

export const readCheck = (body: unknown): BatchCheck => {
  const fields = fieldsOf(body)
  return {
    requests: numberOf(fields.requests) ?? 0,
    accepted: fields.accepted === true,
    losses: lossesOf(fields.losses),
  }
}
