import { type Scenario, type ScenarioOptions, startScenario } from "./scenario.ts";

type Open = (scene: Scenario) => void | Promise<void>;

/** One network for the file that this is called in: started before all, ended and looked over after all. */
export function useNetwork(name: string, options: ScenarioOptions, open: Open): void {
  let scene: Scenario | undefined;

  before(async () => {
    scene = await startScenario(name, options);
    await open(scene);
  });

  // Nothing is left of one that could not be started.
  after(() => scene?.stop());
}

/** {@link useNetwork}, calm before each test. */
export function useScenario(name: string, options: ScenarioOptions, open: Open): void {
  let scene: Scenario;

  useNetwork(name, options, (started) => {
    scene = started;
    return open(started);
  });

  beforeEach(() => scene.calm());
}
