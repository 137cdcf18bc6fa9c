import type { Reply, Request } from "../../service.ts";
import { isIndex, readToken, writeToken } from "../page-token.ts";
import { invalidParameter } from "./errors.ts";
import { groupArn, groupsOf, nameIn } from "./groups.ts";

const PAGE = 50;

interface Asked {
  readonly logGroupNamePrefix?: string;
  readonly logGroupNamePattern?: string;
  readonly logGroupIdentifiers?: readonly string[];
  readonly logGroupClass?: string;
  readonly accountIdentifiers?: readonly string[];
  readonly includeLinkedAccounts?: boolean;
  readonly limit?: number;
  readonly nextToken?: string;
}

export function describeLogGroups({ input, place, now }: Request): Reply {
  const { nextToken: token, ...asked } = input as unknown as Asked;
  if (asked.logGroupNamePrefix !== undefined && asked.logGroupNamePattern !== undefined) {
    throw invalidParameter("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
  }
  const named = asked.logGroupNamePrefix ?? asked.logGroupNamePattern;
  if (asked.logGroupIdentifiers !== undefined && named !== undefined) {
    throw invalidParameter("LogGroup identifiers cannot be used together with a LogGroup name prefix or pattern.");
  }
  const start = token === undefined ? 0 : readToken(asked, token, isIndex);
  if (start === null) throw invalidParameter("The specified nextToken is invalid.");
  const names = asked.logGroupIdentifiers?.map((identifier) => nameIn(place, identifier));
  // A group belongs to its own account only: there are no linked accounts here.
  const isOwn = asked.accountIdentifiers === undefined || asked.accountIdentifiers.includes(place.account);
  const found = groupsOf(place, now).filter(
    ({ name }) =>
      isOwn &&
      (asked.logGroupClass ?? "STANDARD") === "STANDARD" &&
      name.startsWith(asked.logGroupNamePrefix ?? "") &&
      name.includes(asked.logGroupNamePattern ?? "") &&
      (names?.includes(name) ?? true),
  );
  const end = start + (asked.limit ?? PAGE);
  return {
    body: {
      logGroups: found.slice(start, end).map(({ name, createdAt, retentionDays }) => ({
        logGroupName: name,
        creationTime: createdAt,
        ...(retentionDays === null ? {} : { retentionInDays: retentionDays }),
        metricFilterCount: 0,
        arn: `${groupArn(place, name)}:*`,
        logGroupArn: groupArn(place, name),
        storedBytes: 0,
        logGroupClass: "STANDARD",
      })),
      ...(end < found.length ? { nextToken: writeToken(asked, end) } : {}),
    },
  };
}
