import type { FactContext, FactGroup } from "./fact.ts";
import { hubFacts } from "./hub-facts.ts";
import { ownerFacts } from "./owner-facts.ts";
import { pathwayFacts } from "./pathway-facts.ts";
import { priceFacts } from "./price-facts.ts";
import { sensorFacts } from "./sensor-facts.ts";

/** Everything that is to be true of one deployment once its contracts exist. */
export function planFacts(context: FactContext): readonly FactGroup[] {
  return [
    ...hubFacts(context),
    ...priceFacts(context),
    ...sensorFacts(context),
    ...pathwayFacts(context),
    ...ownerFacts(context),
  ];
}
