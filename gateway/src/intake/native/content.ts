import { clipped, isObject, type Problem, shown } from '../faults.ts'

const PARTS: Readonly<Record<string, { readonly takes: 'string' | 'object' }>> = {
  text: { takes: 'string' },
  image_url: { takes: 'object' },
  input_audio: { takes: 'object' },
  file: { takes: 'object' },
}

/** Checks what a user message may hold: a string, or a list of content parts. */
export const contentProblem = (content: unknown, field: string): Problem | undefined => {
  if (typeof content === 'string') return undefined
  if (!Array.isArray(content)) {
    const message = `"${field}" must be a string or a list of content parts, got ${shown(content)}`
    return { code: 'invalid_type', message, field }
  }
  if (content.length === 0) {
    return { code: 'invalid_value', message: `"${field}" must have at least one content part`, field }
  }
  for (const [place, part] of content.entries()) {
    const problem = partProblem(part, `${field}[${place}]`)
    if (problem) return problem
  }
  return undefined
}

/** A part names its kind in `type` and holds its content under the same name. */
const partProblem = (part: unknown, field: string): Problem | undefined => {
  if (!isObject(part)) {
    const message = `"${field}" must be an object such as {"type":"text","text":"…"}, got ${shown(part)}`
    return { code: 'invalid_type', message, field }
  }
  const type = part.type
  const shape = typeof type === 'string' && Object.hasOwn(PARTS, type) ? PARTS[type] : undefined
  if (!shape || typeof type !== 'string') {
    const known = Object.keys(PARTS)
      .map((name) => `"${name}"`)
      .join(', ')
    const message = `"${field}.type" must be one of ${known}, got ${shown(type)}`
    return { code: type === undefined ? 'missing_field' : 'invalid_value', message, field: `${field}.type` }
  }
  const held = part[type]
  const fits = shape.takes === 'string' ? typeof held === 'string' : isObject(held)
  if (fits) return undefined
  const inside = `${field}.${clipped(type)}`
  const message = `"${inside}" must be ${shape.takes === 'string' ? 'a string' : 'an object'}, got ${shown(held)}`
  return { code: held === undefined ? 'missing_field' : 'invalid_type', message, field: inside }
}
