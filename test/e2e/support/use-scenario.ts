import { type Scenario, type ScenarioOptions, startScenario } from "./scenario.ts";

/** One network for the file that this is called in: started before all, calm before each, ended and looked over after all. */
export function useScenario(name: string, options: ScenarioOptions, open: (scene: Scenario) => void): void {
  let scene: Scenario;

  before(async () => {
    scene = await startScenario(name, options);
    open(scene);
  });

  beforeEach(() => scene.calm());

  after(() => scene.stop());
}
