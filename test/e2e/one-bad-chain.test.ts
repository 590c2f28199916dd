import { expect } from "chai";

import type { EndpointFault } from "../../localnet/faults/endpoint-faults.ts";
import type { FaultyEndpoint } from "../../localnet/faults/faulty-endpoint.ts";
import { waitUntil } from "../../localnet/wait-until.ts";
import { CAUTION_M1, REDUCE_ONLY_M2, type TestHub } from "../localnet/support/hubs.ts";
import { expectOneOfEach } from "./support/gain.ts";
import { readAttempts } from "./support/relayer-log.ts";
import {
  HALTED_M4,
  PACKET,
  PATIENCE_MS,
  type Scenario,
  type ScenarioOptions,
  TEST_TIMEOUT_MS,
  expectAgreement,
} from "./support/scenario.ts";
import { useScenario } from "./support/use-scenario.ts";

const SEND = "eth_sendRawTransaction";
/** Far longer than it takes to serve the other chains, on any machine, and short of what counts as no answer. */
const SLOW_MS = 2_500;

/** What it costs in time is measured by the bench `isolation`; here stands what may not wait for what. */
describe("one slow, dead or lying chain among four", function () {
  this.timeout(TEST_TIMEOUT_MS);

  let scene: Scenario;
  let source: TestHub;
  let others: readonly TestHub[];
  let bad: TestHub;
  let endpoint: FaultyEndpoint;

  beforeEach(() => endpoint.setFault(null));

  const endpointsOf: ScenarioOptions["endpointsOf"] = (_, { name }) => [name === "chain-d" ? "faulty" : "direct"];
  useScenario("one-bad-chain", { chains: 4, endpointsOf }, (started) => {
    scene = started;
    const [first, second, third, last] = scene.hubs as [TestHub, TestHub, TestHub, TestHub];
    [source, others, bad] = [first, [second, third], last];
    endpoint = scene.localnet.endpoint(0, bad.chain);
  });

  const names = ["chain-b", "chain-c"];
  /** Two raises that everybody but the bad chain is waited for. @returns who took each of them, in order, by decision */
  const raiseTwice = async () => {
    const earlier = readAttempts(scene.relayer).length;
    for (const rungs of [CAUTION_M1, REDUCE_ONLY_M2]) await scene.raiseDirectly(source, 1, rungs, others);
    const readOrders = () => {
      const sent = readAttempts(scene.relayer).slice(earlier);
      const urgent = sent.filter(({ isSent, lane }) => isSent && lane === "emergency");
      return Object.values(Object.groupBy(urgent, ({ decision }) => decision)).map((of = []) =>
        of.map(({ chain }) => chain),
      );
    };
    // A node has mined what it took before the relayer has written down that it did.
    const isWritten = () => {
      const orders = readOrders();
      return orders.length === 2 && orders.every((order) => names.every((name) => order.includes(name)));
    };
    await waitUntil(isWritten, { what: "two directives to each in the log", timeoutMs: PATIENCE_MS });
    return readOrders();
  };
  /** @returns what happened on the bad chain; on all others exactly what always does. */
  const endEqual = async () => {
    await scene.deliver();
    await scene.settle();
    const { "chain-d": late, ...rest } = await scene.tally.gained();
    const there = { directives: 2, submissions: 2, ...PACKET };
    expect(rest).to.deep.equal({
      "chain-a": { assertions: 2, broadcasts: 1, sent: 3 },
      "chain-b": there,
      "chain-c": there,
    });
    await expectAgreement(scene.hubs, 1, REDUCE_ONLY_M2);
    return late;
  };

  const faults: readonly EndpointFault[] = [{ name: "slow", ms: SLOW_MS }, { name: "hang" }, { name: "error" }];
  for (const fault of faults) {
    it(`is sent to after all others (${fault.name}), and comes to the same words once it is well`, async () => {
      await endpoint.setFault(fault);
      const orders = await raiseTwice();
      await endpoint.setFault(null);

      for (const order of orders) expect(order.slice(0, names.length)).to.have.members(names);
      const { directives = 0, submissions = 0, ...packets } = (await endEqual()) ?? {};
      expect(packets).to.deep.equal(PACKET);
      // Well again, it may hear of a step from LayerZero first, and of the first step after the second.
      expect(directives).to.be.within(0, 2);
      expect(submissions).to.equal(directives);
    });
  }

  it("is waited for by nobody while it is dead, and comes to the same words once it is back", async () => {
    await bad.chain.stop();
    const orders = await raiseTwice();
    const meanwhile = await scene.tally.gained([bad]);
    await bad.chain.start();

    for (const order of orders) expect(order).to.have.members(names);
    const step = { directives: 2, submissions: 2 };
    expect(meanwhile).to.deep.equal({ "chain-a": { assertions: 2 }, "chain-b": step, "chain-c": step });
    const { directives = 0, submissions = 0, ...packets } = (await endEqual()) ?? {};
    expect(packets).to.deep.equal(PACKET);
    expect(directives).to.be.within(0, 2);
    expect(submissions).to.equal(directives);
  });

  it("is sent to all the same while it lies about its head, and delays nobody", async () => {
    await endpoint.setFault({ name: "forge-head", blocks: 1_000 });
    await raiseTwice();
    await scene.awaitDirectives(2, [bad]);
    await endpoint.setFault(null);

    expect(await endEqual()).to.deep.equal({ directives: 2, submissions: 2, ...PACKET });
  });

  it("gets its directive by one call, though its endpoint answers nothing else: all was known beforehand", async () => {
    const before = countSends();
    await endpoint.setFault({ name: "hang", except: [SEND] });

    await scene.raiseDirectly(source, 1, HALTED_M4);
    const sends = countSends() - before;
    await endpoint.setFault(null);
    await scene.deliver();

    expect(sends).to.equal(1);
    await expectOneOfEach(scene, source, HALTED_M4);
  });

  const countSends = () => endpoint.calls.filter(({ method }) => method === SEND).length;
});
