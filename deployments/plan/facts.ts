import type { FactContext, FactGroup } from "./fact.ts";
import { furtherSensorFacts } from "./further-sensor-facts.ts";
import { governanceFacts } from "./governance-facts.ts";
import { hubFacts } from "./hub-facts.ts";
import { oracleFacts } from "./oracle-facts.ts";
import { oversightFacts } from "./oversight-facts.ts";
import { ownerFacts } from "./owner-facts.ts";
import { pathwayFacts } from "./pathway-facts.ts";
import { priceFacts } from "./price-facts.ts";
import { sensorFacts } from "./sensor-facts.ts";
import { venueFacts } from "./venue-facts.ts";
import { venueSensorFacts } from "./venue-sensor-facts.ts";

/** Everything that is to be true of one deployment once its contracts exist. */
export function planFacts(context: FactContext): readonly FactGroup[] {
  return [
    ...hubFacts(context),
    ...priceFacts(context),
    ...oracleFacts(context),
    ...furtherSensorFacts(context),
    ...venueSensorFacts(context),
    ...sensorFacts(context),
    ...oversightFacts(context),
    ...venueFacts(context),
    ...pathwayFacts(context),
    ...governanceFacts(context),
    ...ownerFacts(context),
  ];
}
