// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {JudgeEntry} from "../../../contracts/governance/ParameterTimelock.sol";
import {AggregatorJudge} from "../../../contracts/governance/judges/AggregatorJudge.sol";
import {FieldJudge} from "../../../contracts/governance/judges/FieldJudge.sol";
import {FieldTables} from "../../../contracts/governance/judges/FieldTables.sol";
import {GateJudge} from "../../../contracts/governance/judges/GateJudge.sol";
import {SolvencyJudge} from "../../../contracts/governance/judges/SolvencyJudge.sol";
import {KeeperTreasury} from "../../../contracts/incentives/KeeperTreasury.sol";
import {PublicAlarm} from "../../../contracts/incentives/PublicAlarm.sol";
import {Budget} from "../../../contracts/interfaces/IKeeperTreasury.sol";
import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {IPriceAggregator} from "../../../contracts/interfaces/IPriceAggregator.sol";
import {AlarmParameters} from "../../../contracts/interfaces/IPublicAlarm.sol";
import {SilenceParameters} from "../../../contracts/interfaces/ISilenceSensor.sol";
import {Pace} from "../../../contracts/interfaces/IFreshnessGate.sol";
import {FreshnessGate} from "../../../contracts/oracle/FreshnessGate.sol";
import {CorroborationSensor} from "../../../contracts/sensors/corroboration/CorroborationSensor.sol";
import {DrawdownSensor} from "../../../contracts/sensors/drawdown/DrawdownSensor.sol";
import {DrillSensor} from "../../../contracts/sensors/drill/DrillSensor.sol";
import {OracleHealthSensor} from "../../../contracts/sensors/oracle-health/OracleHealthSensor.sol";
import {OutflowSensor} from "../../../contracts/sensors/outflow/OutflowSensor.sol";
import {SilenceSensor} from "../../../contracts/sensors/silence/SilenceSensor.sol";
import {SolvencySensor} from "../../../contracts/sensors/solvency/SolvencySensor.sol";
import {VolatilityPresets} from "../../../contracts/sensors/volatility/VolatilityPresets.sol";
import {VolatilitySensor} from "../../../contracts/sensors/volatility/VolatilitySensor.sol";
import {M2, REDUCE_ONLY, RungsLib} from "../../../contracts/types/Rungs.sol";

/// @title WholeDeployment
/// @notice Everything with an owner besides hub, aggregator, band and council; and the judges of it.
abstract contract WholeDeployment {
    /// @dev Sensors first, those with a judge before those without.
    uint256 internal constant REST = 11;

    /// @dev Deployed by the caller in force, whom `owner` names.
    function _deployRest(
        IIncidentState hub,
        IPriceAggregator prices,
        address owner
    ) internal returns (address[REST] memory list) {
        list[0] = address(new DrawdownSensor(hub, prices, owner));
        list[1] = address(new OracleHealthSensor(hub, prices, owner));
        list[2] = address(new CorroborationSensor(hub, owner));
        list[3] = address(new SilenceSensor(hub, owner, SilenceParameters(0, 1 hours, RungsLib.pair(REDUCE_ONLY, M2))));
        list[4] = address(new VolatilitySensor(hub, prices, VolatilityPresets.pooledModel(), owner));
        list[5] = address(new SolvencySensor(hub, owner, 1e12));
        list[6] = address(new FreshnessGate(prices, owner, Pace(3, 10, 1 minutes)));
        list[7] = address(new OutflowSensor(hub, owner, 1, owner));
        list[8] = address(new DrillSensor(hub, owner, 1 days));
        list[9] = address(
            new KeeperTreasury(hub, owner, 1 ether, Budget(0.1 ether, 1 ether, 3_000, 2_500, 1_000, 100 gwei))
        );
        AlarmParameters memory terms = AlarmParameters(1 ether, 0.5 ether, 1 hours, 1_000, 5 ether);
        list[10] = address(new PublicAlarm(hub, list[9], owner, 0.1 ether, 10 ether, terms));
    }

    /// @dev A judge for each of the first seven, and for the aggregator. The others have none, and wait.
    function _judgesOfRest(address[REST] memory list, address aggregator) internal returns (JudgeEntry[8] memory) {
        return
            [
                JudgeEntry(list[0], new FieldJudge(FieldTables.drawdown())),
                JudgeEntry(list[1], new FieldJudge(FieldTables.oracleHealth())),
                JudgeEntry(list[2], new FieldJudge(FieldTables.corroboration())),
                JudgeEntry(list[3], new FieldJudge(FieldTables.silence())),
                JudgeEntry(list[4], new FieldJudge(FieldTables.volatility())),
                JudgeEntry(list[5], new SolvencyJudge()),
                JudgeEntry(list[6], new GateJudge()),
                JudgeEntry(aggregator, new AggregatorJudge())
            ];
    }
}
