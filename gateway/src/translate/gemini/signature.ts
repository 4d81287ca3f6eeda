/**
 * What Gemini takes in place of the signature of a call that none of its models made, or whose signature the
 * client has no place for. Of parallel calls the first one bears it.
 */
export const UNCHECKED_SIGNATURE = 'skip_thought_signature_validator'
