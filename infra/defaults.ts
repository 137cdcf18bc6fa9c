/**
 * What holds for every function of this stack, also for those that come later.
 *
 * SST lets the account's root take every function's role: it tests a flag that is an Output, which is always true (seen in
 * 4.17.1). And it attaches AWSLambdaBasicExecutionRole, which may write to every log group of the account. Both are
 * replaced here; `sst dev` keeps SST's own, because it really takes the role from outside.
 */
export function setFunctionDefaults(): void {
  $transform(sst.aws.Function, (args) => {
    args.runtime ??= "nodejs24.x";
    // A fifth cheaper than x86_64 for the same work, and nothing here is native code.
    args.architecture ??= "arm64";
    if ($dev) return;
    args.transform = {
      ...args.transform,
      role: (role) => {
        role.assumeRolePolicy = aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" });
        role.managedPolicyArns = [];
      },
    };
  });
}
