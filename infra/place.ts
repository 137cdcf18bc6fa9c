/** Where the stack is deployed, as AWS says it. */
export function currentPlace() {
  return $resolve([
    aws.getPartitionOutput().partition,
    aws.getCallerIdentityOutput().accountId,
    aws.getRegionOutput().region,
  ]).apply(([partition, account, homeRegion]) => ({ partition, account, homeRegion }));
}

export type Place = ReturnType<typeof currentPlace>;
