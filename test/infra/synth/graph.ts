/** A resource as the stack asked for it. Inputs are free-form JSON: tests read them with care. */
export interface StackResource {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly id: string;
  readonly region?: string;
  readonly parent?: string;
  readonly retainOnDelete?: boolean;
  readonly protect?: boolean;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** A function's code as it would be uploaded. */
export interface FunctionBuild {
  readonly functionId: string;
  readonly handler: string;
  readonly bytes: number;
  /** Names of linked resources. */
  readonly links: readonly string[];
  /** The project's own source files in the bundle. */
  readonly sources: readonly string[];
  /** The packages in the bundle. */
  readonly packages: readonly string[];
  /** Files that are put beside the bundle. */
  readonly copied: readonly { readonly from: string; readonly to: string }[];
}

export interface StackApp {
  readonly name: string;
  readonly stage: string;
  readonly removal: string;
  readonly protect: boolean;
}

/** What a deployment would create. */
export interface Graph {
  readonly app: StackApp;
  readonly resources: readonly StackResource[];
  readonly builds: readonly FunctionBuild[];
  readonly outputs: Readonly<Record<string, unknown>>;
}
