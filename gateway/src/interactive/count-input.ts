/** Estimates the tokens of a request to an endpoint of ours, without making it. */
export type CountInput = (endpoint: string, body: Buffer) => Promise<number>
