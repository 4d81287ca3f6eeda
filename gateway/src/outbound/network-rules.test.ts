import { describe, expect, it } from 'vitest'
import { type NetworkRules, plainRefusalOf, refusalOf } from './network-rules.ts'

const STRICT: NetworkRules = { allowPrivateNetworks: false, allowedHosts: [] }
const plain = (url: string, rules = STRICT) => plainRefusalOf(new URL(url), rules)

describe('a host that needs no look-up', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://017700000001/',
    'http://0/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://169.254.169.254/latest/meta-data/',
    'https://10.1.2.3:8443/hook',
    'http://１２７.０.０.１/',
    'http://localhost/',
    'http://LOCALHOST./',
    'http://hook.localhost/',
    'http://localhost.localdomain/',
  ])('is refused at %s', (url) => {
    expect(plain(url)).toMatch(/is in .*, which is not called from here$/)
  })

  it.each([
    'https://hooks.example/',
    'https://8.8.8.8/',
    'https://localhost.example/',
    'https://xlocalhost/',
  ])('is let through at %s', (url) => {
    expect(plain(url)).toBeUndefined()
  })
})

describe('what the operator allows', () => {
  it('is named hosts, wherever they lie', () => {
    const rules = { ...STRICT, allowedHosts: ['Receiver.internal', '127.0.0.1', '[fd00::1]', ' spaced '] }
    expect(plain('http://127.0.0.1:9000/', rules)).toBeUndefined()
    expect(plain('http://[fd00::1]/', rules)).toBeUndefined()
    expect(plain('http://127.0.0.2/', rules)).toBeDefined()
    expect(refusalOf('receiver.internal', ['10.0.0.7'], rules)).toBeUndefined()
    expect(refusalOf('spaced', ['10.0.0.7'], rules)).toBeUndefined()
    expect(refusalOf('receiver.internal.evil.example', ['10.0.0.7'], rules)).toBeDefined()
  })

  it('is all of them, where it says so', () => {
    expect(plain('http://localhost/', { ...STRICT, allowPrivateNetworks: true })).toBeUndefined()
  })
})

describe('a host with several addresses', () => {
  it('is refused for one of them', () => {
    expect(refusalOf('h', ['8.8.8.8', '2606:4700::1'], STRICT)).toBeUndefined()
    expect(refusalOf('h', ['8.8.8.8', '10.0.0.7'], STRICT)).toBeDefined()
  })

  it('is refused without telling the address', () => {
    expect(refusalOf('inside.corp', ['10.0.0.7'], STRICT)).toBe(
      'inside.corp is in a private network, which is not called from here',
    )
  })
})
