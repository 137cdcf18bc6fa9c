import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./imports.ts";

export interface Example {
  readonly file: string;
  readonly line: number;
  /** What follows the prompt. */
  readonly command: string;
  /** What the document shows of the output, line by line. */
  readonly shown: readonly string[];
}

/** The commands in the fenced `console` blocks of a document: a line after `$ ` is run, the lines below it are its output. */
export function examplesOf(file: string): Example[] {
  const examples: Example[] = [];
  let inside = false;
  let current: { line: number; command: string; shown: string[] } | null = null;
  const close = (): void => {
    if (current !== null) examples.push({ file, ...current });
    current = null;
  };
  for (const [index, text] of readFileSync(path.join(root, file), "utf8").split("\n").entries()) {
    if (text.startsWith("```")) {
      close();
      inside = text === "```console";
    } else if (inside && text.startsWith("$ ")) {
      close();
      current = { line: index + 1, command: text.slice(2), shown: [] };
    } else if (inside && current !== null) {
      (current as { shown: string[] }).shown.push(text);
    }
  }
  return examples;
}

/** Links of a document to files of this repository, without their fragment. */
export function linksOf(file: string): string[] {
  const text = readFileSync(path.join(root, file), "utf8");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? "")
    .filter((target) => !/^[a-z]+:|^#/.test(target))
    .map((target) => path.posix.join(path.posix.dirname(file), target.split("#")[0] ?? ""));
}
