import { expect } from "chai";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

import { FAULT_NAMES } from "../../localnet/faults/fault-names.ts";
import { waitUntil } from "../../localnet/wait-until.ts";

const MAIN = fileURLToPath(new URL("../../localnet/main.ts", import.meta.url));

const OutputSchema = z.object({
  dir: z.string(),
  redis: z.string(),
  chains: z.array(
    z.object({ name: z.string(), eid: z.number(), chainId: z.number(), rpcUrl: z.string(), hub: z.string() }),
  ),
});

interface Run {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
}

function run(args: readonly string[], env: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, REDIS_URL: "", ...env } });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()));
  return { child, output };
}

async function runToEnd(args: readonly string[], env?: Record<string, string>) {
  const { child, output } = run(args, env);
  const [exitCode] = await once(child, "close");
  return { exitCode: Number(exitCode), ...output };
}

describe("npm run localnet", function () {
  this.timeout(60_000);

  describe("when it is told something wrong", () => {
    const cases = [
      { why: "one chain", args: ["--chains", "1"], says: /2 to 20 chains, not 1\b/ },
      { why: "too many chains", args: ["--chains", "21"], says: /2 to 20 chains, not 21\b/ },
      { why: "no number", args: ["--chains", "many"], says: /--chains.*whole number/ },
      { why: "too many relayers", args: ["--relayers", "4"], says: /0 to 3 relayers, not 4\b/ },
      { why: "an unknown fault", args: ["--fault", "gremlins"], says: /no fault "gremlins".*withhold/ },
      { why: "a fault of another moment", args: ["--fault", "redis-down"], says: /demo --fault redis-down/ },
      { why: "an unknown option", args: ["--turbo"], says: /unknown option '--turbo'/ },
    ];
    for (const { why, args, says } of cases) {
      it(`ends with code 2 and one line that names it: ${why}`, async () => {
        const { exitCode, stdout, stderr } = await runToEnd(args);

        expect(exitCode).to.equal(2);
        expect(stdout).to.equal("");
        expect(stderr.trim().split("\n")).to.have.lengthOf(1);
        expect(stderr).to.match(says);
      });
    }
  });

  describe("when something is missing", () => {
    it("ends with code 78, and has started nothing, without Redis", async () => {
      const { exitCode, stderr } = await runToEnd(["--chains", "2"], { REDIS_SERVER_BIN: "/nowhere/redis" });

      expect(exitCode).to.equal(78);
      expect(stderr.trim().split("\n")).to.have.lengthOf(1);
      expect(stderr).to.match(/REDIS_SERVER_BIN is \/nowhere\/redis/);
    });

    it("ends with code 78 and names the port that is in use", async () => {
      const server = net.createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      const port = Number(Object(server.address()).port);

      const { exitCode, stderr } = await runToEnd(["--chains", "2", "--relayers", "0", "--rpc-port", String(port)]);
      server.close();

      expect(exitCode).to.equal(78);
      expect(stderr).to.match(new RegExp(`Port ${port} of 127.0.0.1 is in use.*--rpc-port`));
    });
  });

  describe("when asked for the faults", () => {
    it("prints every one, and starts nothing", async () => {
      const { exitCode, stdout } = await runToEnd(["--fault", "list"]);

      expect(exitCode).to.equal(0);
      expect(
        stdout
          .trim()
          .split("\n")
          .map((line) => line.split(" ")[0]),
      ).to.deep.equal(FAULT_NAMES);
    });
  });

  describe("when it runs", () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      it(`brings up what it prints, and leaves nothing behind at ${signal}`, async () => {
        const { child, output } = run(["--chains", "2", "--relayers", "0", "--json"]);
        await waitUntil(() => output.stdout.endsWith("}\n"), { what: "the network to be up", timeoutMs: 40_000 });
        const { chains, redis, dir } = OutputSchema.parse(JSON.parse(output.stdout));
        const ports = [...chains.map(({ rpcUrl }) => rpcUrl), redis].map((url) => Number(new URL(url).port));
        const listening = await Promise.all(ports.map(isListening));

        child.kill(signal);
        const [exitCode] = await once(child, "close");

        expect(chains.map(({ name, eid, chainId }) => [name, eid, chainId])).to.deep.equal([
          ["chain-a", 50_901, 31_000],
          ["chain-b", 50_902, 31_001],
        ]);
        expect(listening).to.deep.equal([true, true, true]);
        expect(exitCode).to.equal(0);
        expect(await Promise.all(ports.map(isListening))).to.deep.equal([false, false, false]);
        expect(existsSync(dir)).to.be.false;
      });
    }

    it("leaves nothing behind when it is interrupted while it starts", async () => {
      const tmp = mkdtempSync(path.join(os.tmpdir(), "cordon-main-test-"));
      const { child, output } = run(["--chains", "2", "--relayers", "0"], { TMPDIR: tmp });
      await waitUntil(() => output.stderr.includes("deploying LayerZero"), { what: "the chains", timeoutMs: 40_000 });

      child.kill("SIGINT");
      await once(child, "close");

      expect(output.stdout).to.equal("");
      expect(await processesIn(tmp)).to.deep.equal([]);
      rmSync(tmp, { recursive: true, force: true });
    });
  });
});

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** Command lines of processes that were started with a directory in `dir`. */
async function processesIn(dir: string): Promise<string[]> {
  const list = spawn("ps", ["-eo", "args"]);
  let printed = "";
  list.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  await once(list, "close");
  return printed.split("\n").filter((line) => line.includes(dir));
}
