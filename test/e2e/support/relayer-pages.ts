import { z } from "zod";

import type { LocalRelayer } from "../../../localnet/relayers/start-relayer.ts";
import type { TestHub } from "../../localnet/support/hubs.ts";

const StatusPage = z.object({ chains: z.array(z.object({ name: z.string(), head: z.number().nullable() })) });
const ConvergencePage = z.object({ isConverged: z.boolean().nullable() });
const ActionsPage = z.object({ actions: z.array(z.object({ state: z.string() })) });

/** Whether `relayer` has read every chain up to what is its head now. */
export async function hasReadAll(relayer: LocalRelayer, hubs: readonly TestHub[]): Promise<boolean> {
  const heads = await Promise.all(hubs.map(({ chain }) => chain.provider.getBlockNumber()));
  const { chains } = StatusPage.parse(await relayer.status("/status"));
  const readTo = new Map(chains.map(({ name, head }) => [name, head ?? -1]));
  return hubs.every(({ chain }, index) => (readTo.get(chain.name) ?? -1) >= (heads[index] ?? Infinity));
}

/** Whether `relayer` has read everything, finds all words equal and has nothing open. */
export async function hasNothingToDo(relayer: LocalRelayer, hubs: readonly TestHub[]): Promise<boolean> {
  if (!(await hasReadAll(relayer, hubs))) return false;
  const { isConverged } = ConvergencePage.parse(await relayer.status("/v1/convergence"));
  const { actions } = ActionsPage.parse(await relayer.status("/v1/actions"));
  return isConverged === true && actions.every(({ state }) => state !== "open");
}

const ExposurePage = z.object({
  exposure: z.array(
    z.object({
      name: z.string(),
      block: z.number(),
      markets: z.array(z.object({ market: z.int(), openInterest: z.string(), shortfall: z.string() })),
    }),
  ),
});

/** What `relayer` has rebuilt of `market`, by the name of the chain whose house it is. */
export async function readExposure(
  relayer: LocalRelayer,
  market: number,
): Promise<Readonly<Record<string, { readonly openInterest: bigint; readonly shortfall: bigint }>>> {
  const { exposure } = ExposurePage.parse(await relayer.status("/v1/exposure"));
  return Object.fromEntries(
    exposure.map(({ name, markets }) => {
      const of = markets.find((each) => each.market === market);
      return [name, { openInterest: BigInt(of?.openInterest ?? 0), shortfall: BigInt(of?.shortfall ?? 0) }];
    }),
  );
}

/** Value of one sample of the metrics page, written as it stands there, or null where there is none. */
export async function readMetric(relayer: LocalRelayer, sample: string): Promise<number | null> {
  const page = await relayer.metrics();
  const line = page.split("\n").find((each) => each.startsWith(`${sample} `));
  return line === undefined ? null : Number(line.slice(sample.length));
}
