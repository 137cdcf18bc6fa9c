import stringWidth from "string-width";
import { safeText } from "./safe-text.ts";

/** Harmless text in as many lines as it takes, each after `indent`, broken between words: a word that is longer than a line stays whole. */
export function wordLines(text: string, maxWidth: number, indent = ""): readonly string[] {
  const lines: string[] = [];
  let line: string | null = null;
  for (const word of safeText(text).split(" ")) {
    if (line === null) line = indent + word;
    else if (stringWidth(line) + 1 + stringWidth(word) <= maxWidth) line = `${line} ${word}`;
    else {
      lines.push(line);
      line = indent + word;
    }
  }
  return line === null ? lines : [...lines, line];
}
