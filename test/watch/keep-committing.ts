import process from "node:process";
import { sqliteRegistry } from "../../adapters/sqlite/registry.ts";
import { instant } from "../../core/kernel/instant.ts";
import { change, event, here, sessionRecord } from "../registry/records.ts";

// Commits for as long as it lives: at revision r, twenty sessions last seen at r and one event named after it.
const registry = sqliteRegistry(process.argv[2] ?? "");
for (let { revision } = await registry.load(here); ; revision += 1) {
  const at = instant(revision + 1);
  const sessions = Array.from({ length: 20 }, (_, index) => sessionRecord(`s${index}`, { lastSeenAt: at }));
  await registry.commit(here, revision, change({ at, sessions, newEvents: [event(`e${revision + 1}`, at)] }));
  process.stdout.write(`${revision + 1}\n`);
}
