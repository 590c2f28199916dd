import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { findOnPath } from "../../localnet/processes/find-on-path.ts";
import { findRedis } from "../../localnet/redis/find-redis.ts";
import { waitUntil } from "../../localnet/wait-until.ts";

const PARENT = fileURLToPath(new URL("support/parent.ts", import.meta.url));

describe("processes of a local network", function () {
  this.timeout(60_000);

  describe("when the process that started them is killed with kill -9", () => {
    it("end as well, the one that hangs included", async () => {
      await expectNoneLeft(process.env["PATH"] ?? "");
    });

    it("end as well where the system cannot tell a child that its parent died", async () => {
      // Without setpriv on PATH the same is done the way it is done on macOS.
      await expectNoneLeft("/nowhere");
    });
  });
});

async function expectNoneLeft(PATH: string): Promise<void> {
  const dir = mkdtempSync(path.join(os.tmpdir(), "cordon-orphan-test-"));
  // A server that PATH alone would find has to be named once PATH names nothing.
  const { command } = await findRedis({ log: () => {} });
  const env = {
    ...process.env,
    PATH,
    REDIS_URL: "",
    ...(findOnPath(path.basename(command)) ? { REDIS_SERVER_BIN: command } : {}),
  };
  const parent = spawn(process.execPath, [PARENT, dir], { stdio: ["ignore", "pipe", "inherit"], env });
  const [line] = await once(createInterface(parent.stdout), "line");
  const urls: string[] = JSON.parse(String(line));
  const before = await Promise.all(urls.map(isListening));

  parent.kill("SIGKILL");

  expect(before).to.deep.equal([true, true, true]);
  await waitUntil(async () => (await Promise.all(urls.map(isListening))).every((is) => !is), {
    what: "all of them to end",
    timeoutMs: 5_000,
  });
  rmSync(dir, { recursive: true, force: true });
}

function isListening(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = net.connect({ host: hostname, port: Number(port) });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
