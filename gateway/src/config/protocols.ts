import type { Deployment } from '../provider/deployment.ts'

/** The languages that providers are spoken to in, and where the maker of each is found. */
export const PROTOCOLS: Readonly<Record<Deployment['provider'], { readonly baseUrl: string }>> = {
  openai: { baseUrl: 'https://api.openai.com/v1' },
}
