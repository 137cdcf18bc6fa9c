import type { UnknownBehaviours } from "./world.ts";

/** What the embedded AWS does where AWS does not say: the plainest reading of the documentation. */
export const defaultUnknowns: UnknownBehaviours = {
  usageDelivery: "streaming",
  invocationStamp: "start",
  callLogStamp: "start",
  recordStamp: "start",
  stopEnded: "not-found",
  stopSettling: "at-once",
  lastUpdatedAt: "created",
  untypedListing: "all",
  interpreterPageMax: 100,
  resourceDimension: "arn",
  insightsNumbers: "full",
};
