import type { Reply, Request } from "../../service.ts";
import { notFound } from "./errors.ts";
import { settled } from "./interpreter-life.ts";

/** The tags of a custom interpreter. The system one belongs to AWS, and nobody can tag it. */
export function listTags({ place, now, input }: Request): Reply {
  const { resourceArn } = input as unknown as { readonly resourceArn: string };
  settled(place, now);
  const interpreter = [...place.interpreters.values()].find(
    (each) => each.arn === resourceArn && each.kind === "CUSTOM" && each.createdAt <= now,
  );
  if (interpreter === undefined) throw notFound(`Resource ${resourceArn}`);
  return { body: { tags: interpreter.tags } };
}
