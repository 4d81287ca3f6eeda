import type { Model } from '../models.ts'

/** What Gemini's models are and do, as far as their names tell. */

export const isEmbeddingModel = (name: string): boolean => /\bembedding\b/.test(name)

/** Those that think unless they are told not to; the others do so only when they are told. */
export const thinksByDefault = (name: string): boolean =>
  /^gemini-(2\.5|[3-9])/.test(name) && !name.includes('lite')

/** From the third generation on, thinking has levels, and calls have ids. */
export const isThirdGeneration = (name: string): boolean => /^gemini-[3-9]/.test(name)

/** It cannot be told not to think. */
export const alwaysThinks = (name: string): boolean => /^gemini-.*pro\b/.test(name)

/** Whatever is not known as a model of somebody else. */
export const isOwn = ({ name, kind }: Model): boolean =>
  isEmbeddingModel(name)
    ? !name.startsWith('text-embedding-3')
    : kind === 'any' && !/^(claude|deepseek)-/.test(name)
