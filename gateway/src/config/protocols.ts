/** The languages that providers are spoken to in, and where the maker of each is found. */
export const PROTOCOLS = {
  openai: { baseUrl: 'https://api.openai.com/v1' },
} satisfies Readonly<Record<string, { readonly baseUrl: string }>>
