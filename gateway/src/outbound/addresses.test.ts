import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { networkOf } from './addresses.ts'

const REFUSED = [
  '0.0.0.0',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '100.100.100.200',
  '100.127.255.255',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '169.254.170.2',
  '168.63.129.16',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.192',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.0.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::7f00:1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:10.0.0.1',
  '::ffff:169.254.169.254',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b::169.254.169.254',
  '64:ff9b:1::a00:1',
  '2002:7f00:1::',
  '2002:a00:1::1',
  '2002:a9fe:a9fe::1',
  '2001::1',
  '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  '2001:2::1',
  '2001:20::1',
  '2001:db8::1',
  '3fff::1',
  '100::1',
  'fc00::1',
  'fd00:ec2::254',
  'fdff:ffff::1',
  'fe80::1',
  'fe80::1%eth0',
  'febf::1',
  'fec0::1',
  'ff02::1',
  '4000::1',
  'not an address',
  '',
]

const CALLED = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.1',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2001:200::1',
  '2001:4860:4860::8888',
  '2606:4700:4700::1111',
  '2a00:1450:4001::1',
  '::ffff:8.8.8.8',
  '64:ff9b::8.8.8.8',
  '2002:808:808::1',
]

const octet = fc.integer({ min: 0, max: 255 })
const v4 = fc.tuple(octet, octet, octet, octet)

describe('an address', () => {
  it.each(REFUSED)('%s is not called', (address) => {
    expect(networkOf(address)).toEqual(expect.any(String))
  })

  it.each(CALLED)('%s is called', (address) => {
    expect(networkOf(address)).toBeUndefined()
  })

  it('is judged alike in every form that stands for it', () => {
    fc.assert(
      fc.property(v4, ([a, b, c, d]) => {
        const plain = networkOf(`${a}.${b}.${c}.${d}`)
        const [high, low] = [((a << 8) | b).toString(16), ((c << 8) | d).toString(16)]
        for (const form of [
          `::ffff:${a}.${b}.${c}.${d}`,
          `::FFFF:${high}:${low}`,
          `0:0:0:0:0:ffff:${high}:${low}`,
          `64:ff9b::${high}:${low}`,
          `2002:${high}:${low}::1`,
        ]) {
          expect([form, networkOf(form)]).toEqual([form, plain])
        }
      }),
    )
  })

  it('is judged alike in every spelling of a URL', () => {
    fc.assert(
      fc.property(v4, ([a, b, c, d]) => {
        const plain = networkOf(`${a}.${b}.${c}.${d}`)
        const number = ((a * 256 + b) * 256 + c) * 256 + d
        const spellings = [
          String(number),
          `0x${number.toString(16)}`,
          `0${a.toString(8)}.${b}.0x${c.toString(16)}.${d}`,
          `${a}.${(b * 256 + c) * 256 + d}`,
        ]
        for (const spelling of spellings) {
          expect(networkOf(new URL(`http://${spelling}/`).hostname)).toBe(plain)
        }
      }),
    )
  })

  it('of IPv6 is called only among those that are given out', () => {
    const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 })
    fc.assert(
      fc.property(groups, (all) => {
        const address = all.map((group) => group.toString(16)).join(':')
        const [first = 0] = all
        fc.pre(first >> 13 !== 1 && first !== 0x64)
        // All zero before a mapped address is too rare to be drawn.
        expect(networkOf(address)).toEqual(expect.any(String))
      }),
    )
  })
})
