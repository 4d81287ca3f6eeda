import { describe, expect, it } from 'vitest'
import { publicUrlFrom, publicUrlOf } from './public-url.ts'

describe('the address under which clients reach the server', () => {
  it('is an http or https URL, and has no slash at its end', () => {
    expect(publicUrlOf('https://batch.example.com')).toBe('https://batch.example.com')
    expect(publicUrlOf('http://127.0.0.1:8787/llm/')).toBe('http://127.0.0.1:8787/llm')
  })

  it('is nothing else', () => {
    for (const text of ['', 'batch.example.com', 'ftp://a', 'https://u:p@a', 'https://a?b', 'https://a/#b']) {
      expect(publicUrlOf(text), text).toBeUndefined()
    }
  })

  it('is what the variable says, where it says something', () => {
    expect(publicUrlFrom({}, 'https://a')).toBe('https://a')
    expect(publicUrlFrom({ SHEEPFOLD_PUBLIC_URL: 'https://b/' }, 'https://a')).toBe('https://b')
    expect(() => publicUrlFrom({ SHEEPFOLD_PUBLIC_URL: 'b' })).toThrow('SHEEPFOLD_PUBLIC_URL must be')
  })
})
