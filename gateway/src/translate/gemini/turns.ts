import type { JsonObject } from '../json.ts'

export interface Turn {
  readonly role: 'user' | 'model'
  readonly parts: readonly JsonObject[]
}

/** The turns of a conversation; what one side says twice in a row is one turn, and who says nothing has none. */
export const mergedTurns = (turns: readonly Turn[]): readonly Turn[] => {
  const merged: { role: Turn['role']; parts: JsonObject[] }[] = []
  for (const { role, parts } of turns) {
    if (parts.length === 0) continue
    const last = merged.at(-1)
    if (last?.role === role) last.parts.push(...parts)
    else merged.push({ role, parts: [...parts] })
  }
  return merged
}
