/** DeepSeek's finish reason for an answer that it broke off for itself; those who resell it pass the word on. */
export const OUT_OF_RESOURCES = 'insufficient_system_resource'

export const brokenOff = {
  class: 'overloaded',
  code: OUT_OF_RESOURCES,
  message: 'the provider ran out of resources in the middle of the answer',
} as const
