import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { profileProblems } from "../../cli/config/shared-profiles.ts";
import { runCli } from "../scan/run-cli.ts";

const folder = mkdtempSync(path.join(tmpdir(), "sandmeter-profiles-"));
afterAll(() => rmSync(folder, { recursive: true }));
const written = (name: string, text: string): string => {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
};
const config = written(
  "config",
  "# all of ours\r\n[default]\r\nregion = us-east-1\n[profile prod]\nregion = eu-west-1\n\n [profile 'dev eu'] ; old\n[sso-session corp]\n[other]\n",
);
const credentials = written("credentials", "[legacy]\naws_access_key_id = AKIAEXAMPLE\n[prod]\n");
const env = { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials };

describe("--profile", () => {
  it.each(["prod", "dev eu", "legacy", "default"])("takes %s, which the shared files have", async (name) =>
    expect(await profileProblems(name, env)).toEqual([]),
  );

  it("says of a profile that is in neither file what there is", async () => {
    expect(await profileProblems("porduction", env)).toEqual([
      `--profile: no such profile "porduction" in ${config} and ${credentials} (profiles: default, dev eu, legacy, prod)`,
    ]);
    expect((await profileProblems("prd", env))[0]).toContain("did you mean prod?");
  });

  it.each(["corp", "other", "profile prod"])("does not take %s for a profile", async (name) =>
    expect(await profileProblems(name, env)).toHaveLength(1),
  );

  it("names the first of very many profiles", async () => {
    const many = Array.from({ length: 23 }, (_, index) => `[profile p${String(index).padStart(2, "0")}]`);
    const [problem] = await profileProblems("nope", { ...env, AWS_CONFIG_FILE: written("many", many.join("\n")) });
    expect(problem).toContain("p18 and 5 more)");
  });

  it("looks in the home folder where the environment names no files, and says that there are none", async () => {
    expect(await profileProblems("nope", { HOME: folder })).toEqual([
      `--profile: no such profile "nope" in ${path.join(folder, ".aws", "config")} and ${path.join(folder, ".aws", "credentials")} (they name no profile)`,
    ]);
    expect(
      await profileProblems("prod", { HOME: folder, AWS_CONFIG_FILE: "~/config", AWS_SHARED_CREDENTIALS_FILE: "~/x" }),
    ).toEqual([]);
  });

  it("is not judged by a file that cannot be read", async () =>
    expect(await profileProblems("nope", { ...env, AWS_SHARED_CREDENTIALS_FILE: folder })).toEqual([]));

  it("is told together with all else that is wrong, and no request is sent", async () => {
    const run = await runCli(["scan", "--profile", "n\u001b[31mope", "--rate-share", "0"], { env });
    expect(run.exit).toBe(2);
    expect(run.err.split("\n")).toEqual([
      expect.stringContaining('no such profile "n\\e[31mope"'),
      expect.stringContaining("--rate-share"),
    ]);
  });
});
