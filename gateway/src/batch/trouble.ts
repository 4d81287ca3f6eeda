/** Why nothing can go on at the moment, in words that a batch shows to those who wait for it. */
export interface Trouble {
  readonly code: string
  readonly message: string
}
