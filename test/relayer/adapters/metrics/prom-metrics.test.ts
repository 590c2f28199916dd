import { expect } from "chai";

import { createPromMetrics, type PromMetrics } from "../../../../relayer/adapters/metrics/prom-metrics.ts";
import type { QueueCounts } from "../../../../relayer/ports/queue.ts";

describe("createPromMetrics", () => {
  let metrics: PromMetrics;
  let nowMs: number;
  let queue: QueueCounts | null;

  beforeEach(() => {
    nowMs = 1_000_000;
    queue = null;
    metrics = createPromMetrics({
      relayer: "r",
      version: "1",
      nowMs: () => nowMs,
      readQueue: () => Promise.resolve(queue),
    });
  });

  /** Sample lines, without help, types and what the runtime says of itself. */
  const samples = async () => {
    const lines = (await metrics.print()).split("\n");
    return lines.filter((line) => line.startsWith("cordon_") && !/^cordon_(process|nodejs)_/.test(line));
  };
  const sampleOf = async (name: string) => (await samples()).filter((line) => line.startsWith(`cordon_${name}`));

  it("exports nothing that was not read or counted yet, and no zero in its place", async () => {
    const names = (await samples()).map((line) => line.split(/[{ ]/)[0]);

    expect(new Set(names.filter((name) => !name?.startsWith("cordon_relayer_overhead_seconds")))).to.deep.equal(
      new Set(["cordon_build_info"]),
    );
  });

  it("tells heads by chain while they are fresh, and nothing afterwards", async () => {
    metrics.chainRead("chain-a", { latest: 9, finalised: 5, lagBlocks: 1 });
    nowMs += 20_000;
    metrics.chainRead("chain-b", { latest: 7, finalised: 7, lagBlocks: 0 });
    const fresh = await sampleOf("chain_");
    nowMs += 20_000;

    expect(fresh).to.have.members([
      'cordon_chain_head_block{chain="chain-a"} 9',
      'cordon_chain_head_block{chain="chain-b"} 7',
      'cordon_chain_finalised_block{chain="chain-a"} 5',
      'cordon_chain_finalised_block{chain="chain-b"} 7',
      'cordon_chain_lag_blocks{chain="chain-a"} 1',
      'cordon_chain_lag_blocks{chain="chain-b"} 0',
    ]);
    expect(await sampleOf("chain_head_block")).to.deep.equal(['cordon_chain_head_block{chain="chain-b"} 7']);
  });

  it("tells jobs by state while Redis answers, and nothing otherwise", async () => {
    queue = { waiting: 2, active: 1, failed: 0 };
    const up = await sampleOf("queue_jobs");
    queue = null;

    expect(up).to.have.members([
      'cordon_queue_jobs{state="waiting"} 2',
      'cordon_queue_jobs{state="active"} 1',
      'cordon_queue_jobs{state="failed"} 0',
    ]);
    expect(await sampleOf("queue_jobs")).to.deep.equal([]);
  });

  it("measures the two paths apart", async () => {
    metrics.tightenedFirst("direct", 0.2);
    metrics.tightenedAll("direct", 0.4);
    metrics.tightenedAll("layerzero", 40);

    expect(await sampleOf("time_to_first_chain_seconds_sum")).to.deep.equal([
      'cordon_time_to_first_chain_seconds_sum{path="direct"} 0.2',
    ]);
    expect(await sampleOf("time_to_global_seconds_sum")).to.have.members([
      'cordon_time_to_global_seconds_sum{path="direct"} 0.4',
      'cordon_time_to_global_seconds_sum{path="layerzero"} 40',
    ]);
  });

  it("counts what was done, by the labels that alerts use", async () => {
    metrics.decided(["raise", "raise", "settle"]);
    metrics.sent("chain-a", { kind: "raise", lane: "emergency" });
    metrics.closed("chain-a", { kind: "raise", outcome: "confirmed" });
    metrics.reverted("chain-a");
    metrics.found("chain-a", "seq-gap");
    metrics.failed("queue", "CRD-401");
    metrics.reorganised("chain-a", 3);
    metrics.rpcRequested("chain-a", "eth_call", "ok");

    expect(await sampleOf("decisions_total")).to.have.members([
      'cordon_decisions_total{kind="raise"} 1',
      'cordon_decisions_total{kind="settle"} 1',
    ]);
    expect(await samples()).to.include.members([
      'cordon_transactions_total{chain="chain-a",kind="raise",lane="emergency"} 1',
      'cordon_actions_total{chain="chain-a",kind="raise",outcome="confirmed"} 1',
      'cordon_transactions_reverted_total{chain="chain-a"} 1',
      'cordon_findings_total{chain="chain-a",kind="seq-gap"} 1',
      'cordon_failures_total{where="queue",code="CRD-401"} 1',
      'cordon_reorgs_total{chain="chain-a"} 1',
      'cordon_reorg_depth_blocks_sum{chain="chain-a"} 3',
      'cordon_rpc_requests_total{chain="chain-a",method="eth_call",status="ok"} 1',
    ]);
  });

  it("tells whether the mesh agrees once that is known", async () => {
    metrics.converged(false, 2);

    expect(await samples()).to.include.members(["cordon_convergence_ok 0", "cordon_actions_open 2"]);
  });

  it("stamps a loop's last turn in seconds", async () => {
    metrics.loopTurned("reconcile");

    expect(await sampleOf("loop_last_turn")).to.deep.equal([
      'cordon_loop_last_turn_timestamp_seconds{loop="reconcile"} 1000',
    ]);
  });
});
