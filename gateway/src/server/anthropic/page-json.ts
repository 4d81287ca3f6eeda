/** A page of a list as Anthropic's clients read it, and go on from. */
export const pageJson = <Item extends { readonly id: string }>(
  page: readonly Item[],
  hasMore: boolean,
): Readonly<Record<string, unknown>> => ({
  data: page,
  has_more: hasMore,
  first_id: page.at(0)?.id ?? null,
  last_id: page.at(-1)?.id ?? null,
})
