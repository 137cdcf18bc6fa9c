/**
 * The least and the greatest of numbers, null of none. `Math.min(...numbers)` has each of them as an argument, of which a call takes
 * some hundred thousand at most: what other people write, and how often, bounds no list.
 */
export function leastOf<T extends number>(numbers: Iterable<T>): T | null {
  let least: T | null = null;
  for (const number of numbers) if (least === null || number < least) least = number;
  return least;
}

export function greatestOf<T extends number>(numbers: Iterable<T>): T | null {
  let greatest: T | null = null;
  for (const number of numbers) if (greatest === null || number > greatest) greatest = number;
  return greatest;
}
