/** A segment of a path as it was meant; as it came where it is not well encoded. */
export const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
