import { type Called, startCallLatency } from '../processes/call-latency.ts'
import { startGatewayProcess } from '../processes/gateway.ts'
import { startPortkey } from '../processes/portkey.ts'
import type { Runner, StartRunner } from '../runner.ts'

const calls = 1_500

const oneByOne = async (called: Called, endServer: () => Promise<void>): Promise<Runner> => {
  const caller = await startCallLatency(called)
  return {
    run: () => caller.oneByOne(calls),
    async end() {
      await caller.end()
      await endServer()
    },
  }
}

/** What the provider itself takes, which everybody else adds to. */
export const oneByOneStraight: StartRunner = ({ upstream }) => oneByOne(upstream, async () => {})

export const oneByOneGateway: StartRunner = async ({ upstream, profileFolder }) => {
  const server = await startGatewayProcess({ upstreamUrl: upstream.url, limits: {}, profileFolder })
  return oneByOne({ url: server.url, headers: { authorization: `Bearer ${server.apiKey}` } }, server.end)
}

export const oneByOnePortkey: StartRunner = async ({ upstream }) => {
  const server = await startPortkey(upstream.url)
  return oneByOne(server, server.end)
}
