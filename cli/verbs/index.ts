import type { Verb } from "../verb.ts";
import { apply } from "./apply.ts";
import { arm, disarm } from "./arm.ts";
import { attribution } from "./attribution.ts";
import { backtest } from "./backtest.ts";
import { dashboards } from "./dashboards.ts";
import { demo } from "./demo.ts";
import { emulate } from "./emulate.ts";
import { explain } from "./explain.ts";
import { plan } from "./plan.ts";
import { policy } from "./policy.ts";
import { prices } from "./prices.ts";
import { protect } from "./protect.ts";
import { rate } from "./rate.ts";
import { reconcile } from "./reconcile.ts";
import { report } from "./report.ts";
import { savings } from "./savings.ts";
import { scan } from "./scan.ts";
import { stop } from "./stop.ts";
import { watch } from "./watch.ts";

/** In the order of the help page. Each file holds only what `--help` needs, and loads the rest when it runs. */
export const verbs: readonly Verb[] = [
  scan,
  watch,
  report,
  reconcile,
  rate,
  prices,
  attribution,
  policy,
  backtest,
  plan,
  apply,
  stop,
  arm,
  disarm,
  protect,
  explain,
  savings,
  dashboards,
  demo,
  emulate,
];
