import { expect } from "chai";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { createRecordedFolder, type RecordedFolder } from "./recorded-folder.ts";

const MAIN = fileURLToPath(new URL("../../../../scripts/sensor-study/main.ts", import.meta.url));
const TIMEOUT_MS = 60_000;

describe("npm run study", function () {
  this.timeout(TIMEOUT_MS);
  let folder: RecordedFolder;

  beforeEach(() => {
    folder = createRecordedFolder();
  });

  afterEach(() => {
    folder.remove();
  });

  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8" });
    return { status, stdout, stderr };
  };

  it("says what it takes", () => {
    const { status, stdout } = run("--help");

    expect(status).to.equal(0);
    expect(stdout).to.contain("--data <folder>").and.to.contain("--json").and.to.contain("presets");
  });

  it("says that the folder is missing", () => {
    const missing = path.join(folder.at, "nowhere");

    expect(run("--data", missing)).to.deep.equal({ status: 1, stdout: "", stderr: `there is no folder ${missing}\n` });
  });

  it("says that the folder holds no recorded prices, or not all of them", () => {
    const empty = run("--data", folder.at);
    folder.write("ohlcv_5m/other.csv.gz", "ts_ms,close", [[1, 1]]);
    const partial = run("--data", folder.at);

    expect(empty.status).to.equal(1);
    expect(empty.stderr).to.contain("ohlcv_5m is expected there");
    expect(partial.status).to.equal(1);
    expect(partial.stderr).to.match(/^cannot read .*bitmex_XBTUSD_1m_202003/);
  });

  it("refuses what it does not know", () => {
    const faults = [[], ["--data", folder.at, "nothing"], ["--folder", "x"], ["--data", folder.at, "lead", "--json"]];

    for (const args of faults) expect(run(...args).status, args.join(" ")).to.equal(2);
  });
});
