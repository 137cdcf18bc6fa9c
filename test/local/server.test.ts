import { createConnection } from "node:net";
import { expect, it } from "vitest";
import { startLocalAws } from "../../local/server.ts";
import { rawRequest } from "./raw-request.ts";
import { emulated } from "./world-fixture.ts";

it("closes at once, also with a request that hangs and a connection that idles", async () => {
  const timersBefore = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const aws = await emulated();
  await aws.local("POST", "faults", { faults: [{ kind: "timeout", delayMs: 60_000 }] });
  const hanging = rawRequest(aws.url, { method: "POST", path: "/code-interpreters" }).then(
    () => "answered",
    () => "dropped",
  );
  const idle = createConnection(Number(new URL(aws.url).port), "127.0.0.1");
  await new Promise((resolve) => idle.once("connect", resolve));
  // The request has arrived once it is logged.
  while ((await aws.local("GET", "calls")).body["total"] === 0);
  const began = performance.now();
  await aws.close();
  expect(performance.now() - began).toBeLessThan(1000);
  expect(await hanging).toBe("dropped");
  // A timer left behind would keep the process alive for the rest of the minute.
  expect(process.getActiveResourcesInfo().filter((name) => name === "Timeout").length).toBeLessThanOrEqual(
    timersBefore,
  );
  idle.destroy();
});

it("rejects where the port is taken", async () => {
  const aws = await emulated();
  const port = Number(new URL(aws.url).port);
  await expect(startLocalAws({ world: aws.world, port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  await aws.close();
});

it.each(["OPTIONS *", "GET //", "GET /%zz", "GET /code-interpreters/%E0%A4%A", "PUT ///a:b@c"])(
  "answers %s with an error, and lives on",
  async (line) => {
    const aws = await emulated();
    const socket = createConnection(Number(new URL(aws.url).port), "127.0.0.1");
    const answer = await new Promise<string>((resolve) => {
      socket.on("data", (data) => resolve(data.toString()));
      socket.write(`${line} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect((await aws.local("GET", "clock")).status).toBe(200);
    socket.destroy();
    await aws.close();
  },
);

it("survives a client that leaves in the middle of its body", async () => {
  const aws = await emulated();
  const socket = createConnection(Number(new URL(aws.url).port), "127.0.0.1");
  await new Promise<void>((resolve) => {
    socket.write("POST /code-interpreters HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf", () => {
      socket.destroy();
      resolve();
    });
  });
  expect((await aws.local("GET", "clock")).status).toBe(200);
  await aws.close();
});
