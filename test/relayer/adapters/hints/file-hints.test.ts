import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { createRpcPool } from "../../../../relayer/adapters/evm/rpc-pool.ts";
import { readInSpans } from "../../../../relayer/adapters/evm/log-range.ts";
import { createFileHints } from "../../../../relayer/adapters/hints/file-hints.ts";
import { RelayerError } from "../../../../relayer/errors.ts";
import { FakeLog } from "../../../support/fake-log.ts";

const HOST = "node.example:8545";

describe("file hints", () => {
  let dir: string;
  let file: string;
  let log: FakeLog;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "cordon-hints-"));
    file = join(dir, "deep", "hints.json");
    log = new FakeLog();
  });

  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const open = () => createFileHints({ file, log });

  /** Reads `blocks` through a pool whose node refuses more than `bound` at once. @returns the spans that were asked for */
  async function readWith(hints: ReturnType<typeof open>, { blocks, bound }: { blocks: number; bound: number }) {
    const asked: number[] = [];
    const node = {
      host: HOST,
      request: () => Promise.resolve(null),
      close: () => undefined,
    };
    const pool = createRpcPool({
      nodes: [node],
      maxLogRange: 1_000,
      verify: () => Promise.resolve(),
      hints: hints.of("alpha"),
    });
    await pool.run(
      ({ memory }) =>
        readInSpans(memory.logRange, { from: 1, to: blocks }, ({ from, to }) => {
          asked.push(to - from + 1);
          const refusal = new RelayerError("RPC_REFUSED", "range too wide");
          return to - from + 1 > bound ? Promise.reject(refusal) : Promise.resolve(null);
        }),
      new AbortController().signal,
    );
    return asked;
  }

  it("tells the next process what this one learned of an endpoint, chain by chain", async () => {
    const first = open();
    expect(await readWith(first, { blocks: 400, bound: 100 })).to.deep.equal([400, 200, 100, 100, 100, 100]);
    await first.close();

    const second = open();
    expect(await readWith(second, { blocks: 400, bound: 100 })).to.deep.equal([100, 100, 100, 100]);
    expect(second.of("beta").recall(HOST)).to.equal(null);
    await second.close();
    expect(log.lines).to.deep.equal([]);
  });

  it("is no bound: what is configured is", async () => {
    const hints = open();
    hints.of("alpha").learn(HOST, 5_000);

    expect(await readWith(hints, { blocks: 2_000, bound: 9_999 })).to.deep.equal([1_000, 1_000]);
    await hints.close();
  });

  it("learns anew from a file that is none, and says so", async () => {
    for (const text of [
      "{",
      "[]",
      JSON.stringify({ version: 2, ranges: {} }),
      '{"version":1,"ranges":{"alpha":{"h":0}}}',
    ]) {
      writeFileSync(join(dir, "hints.json"), text);
      const hints = createFileHints({ file: join(dir, "hints.json"), log });
      expect(hints.of("alpha").recall("h")).to.equal(null);
      await hints.close();
    }
    expect(log.messages("warn")).to.deep.equal(Array(4).fill("hints not readable, learning anew"));
  });

  it("does without a place to write to, and writes nothing that is written", async () => {
    writeFileSync(join(dir, "deep"), "a file where a directory should be");
    const nowhere = open();
    nowhere.of("alpha").learn(HOST, 7);
    await nowhere.close();
    expect(log.messages("warn").at(-1)).to.equal("hints not written");
    expect(nowhere.of("alpha").recall(HOST)).to.equal(7);

    rmSync(join(dir, "deep"));
    const hints = open();
    hints.of("alpha").learn(HOST, 7);
    await hints.close();
    expect(JSON.parse(readFileSync(file, "utf8"))).to.deep.equal({ version: 1, ranges: { alpha: { [HOST]: 7 } } });
    writeFileSync(file, "changed");
    hints.of("alpha").learn(HOST, 7);
    await hints.close();
    expect(readFileSync(file, "utf8")).to.equal("changed");
  });
});
