import type { Fields } from '../../reading/fields.ts'

/** Gemini caches what prompts have in common by itself. */
export const approximateCaching = (fields: Fields): void => {
  fields.approximate('cache_control', 'the cache of the model, which is automatic')
}
