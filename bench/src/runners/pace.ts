export interface Pace {
  requestsFor(seconds: number): number
  learn(rate: number): void
}

/** How many requests fill a round: by the rate of the round before, in whole steps. */
export const createPace = ({ first, step }: { first: number; step: number }): Pace => {
  let rate: number | undefined
  return {
    requestsFor: (seconds) => (rate === undefined ? first : Math.ceil((rate * seconds) / step) * step),
    learn(measured) {
      rate = measured
    },
  }
}
