/**
 * Parquet holds UTF-8, in which half of a surrogate pair cannot be written. A text with one is kept as JSON behind a
 * character that stands for nothing, and so is a text that starts with that character itself.
 */
export const storedText = (text: string): string =>
  text.isWellFormed() && !text.startsWith(marker) ? text : marker + JSON.stringify(text);

/** A text behind the marker that is no JSON throws `SyntaxError`: it is none that we wrote. */
export const textOfStored = (stored: string): string =>
  stored.startsWith(marker) ? String(JSON.parse(stored.slice(marker.length))) : stored;

const marker = "\uffffjson:";
