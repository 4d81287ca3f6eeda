import type { ChannelOf } from '../provider/channel.ts'
import type { Deployment } from '../provider/deployment.ts'
import { passThrough } from '../provider/pass-through.ts'
import type { Protocol } from '../provider/protocol.ts'
import type { FetchMedia } from './media.ts'
import { translationFor } from './registry.ts'
import { translatedChannel } from './translated-channel.ts'

export type Protocols = Readonly<Record<Deployment['provider'], Protocol>>

/** Each deployment is spoken to in its provider's own format, whatever the format of the caller. */
export const createChannels =
  (order: {
    readonly protocols: Protocols
    readonly fetchMedia: FetchMedia
    /** Unix milliseconds. */
    readonly now: () => number
  }): ChannelOf =>
  (deployment, endpoint) => {
    const protocol = order.protocols[deployment.provider]
    if (protocol.endpoints.has(endpoint)) return passThrough(protocol, deployment, endpoint)
    const translation = translationFor(endpoint, deployment.provider)
    return translation && translatedChannel({ ...order, deployment, protocol, translation })
  }
