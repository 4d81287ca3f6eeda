/** `list` of embeddings; the vectors are numbers, or base64. */
export const embeddingsObject = (
  model: string,
  vectors: readonly (string | readonly number[])[],
  promptTokens: number,
) => ({
  object: 'list',
  data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
  model,
  usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
})
