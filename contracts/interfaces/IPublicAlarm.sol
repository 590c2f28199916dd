// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Rungs} from "../types/Rungs.sol";
import {IIncidentState} from "./IIncidentState.sol";
import {IPayouts} from "./IPayouts.sol";
import {ISensor} from "./ISensor.sol";

/// @notice Parameters of the public alarm. Those of an alarm that was raised already stay as they were.
struct AlarmParameters {
    // What a raiser posts, in wei.
    uint96 bond;
    // What a raiser whose alarm is confirmed gets on top of the bond, at most the bond, in wei.
    uint96 reward;
    // How long a sensor may take to confirm.
    uint24 windowSeconds;
    // Share of a slashed bond that goes to whoever settles the alarm, in basis points.
    uint16 settlerBps;
    // Most that is paid in rewards in a day, counted from the unix epoch, in wei.
    uint96 rewardsPerDay;
}

/// @notice An alarm that is open.
struct Alarm {
    // Zero when none is open.
    address raiser;
    uint64 raisedAt;
    // Last second at which a sensor's assertion confirms.
    uint64 endsAt;
    uint96 bond;
    uint96 reward;
    uint16 settlerBps;
}

/// @notice How an alarm ended.
enum Verdict {
    // A sensor asserted within the window: bond and reward go to the raiser.
    Confirmed,
    // A sensor's latest assertion lies after the window; whether there was one within nobody can tell any more. The bond
    // goes back.
    Late,
    // No sensor asserted since: the bond goes to the treasury.
    Slashed
}

/// @title IPublicAlarm
/// @notice Anybody may raise caution on a market by posting a bond.
interface IPublicAlarm is IPayouts {
    /* EVENTS */

    /// @notice `raiser` raised the alarm on `market`.
    event AlarmRaised(uint8 indexed market, address indexed raiser, uint256 bond, uint256 reward, uint64 endsAt);

    /// @notice The alarm on `market` ended.
    /// @param sensor The sensor whose assertion decided; zero when the bond was slashed.
    /// @param reward What the raiser got on top of the bond, in wei.
    event AlarmSettled(
        uint8 indexed market,
        address indexed raiser,
        Verdict verdict,
        ISensor sensor,
        uint256 bond,
        uint256 reward
    );

    /// @notice `sensor` can confirm alarms from now on, or no longer.
    event ConfirmingSensorSet(ISensor indexed sensor, bool isActive);

    /// @notice The parameters were set.
    event AlarmParametersSet(AlarmParameters parameters);

    /// @notice `amount` (wei) was added to the pot that rewards come from.
    event PotFunded(address indexed from, uint256 amount);

    /// @notice Governance took `amount` (wei) out of the pot.
    event PotWithdrawn(address indexed to, uint256 amount);

    /* ERRORS */

    /// @notice Thrown when the market is not registered at the hub, or is the drill market.
    error PublicAlarm_UnknownMarket(uint8 market);

    /// @notice Thrown when a raiser sends anything but the bond.
    error PublicAlarm_WrongBond(uint256 sent, uint256 bond);

    /// @notice Thrown when the market, or the whole protocol, is at a rung already: whoever comes second raises nothing.
    error PublicAlarm_NotCalm(uint8 market, Rungs rungs);

    /// @notice Thrown when an alarm on `market` is open.
    error PublicAlarm_AlreadyOpen(uint8 market);

    /// @notice Thrown when the hub took the assertion and the market is calm all the same: the grant allows nothing.
    error PublicAlarm_NoEffect(uint8 market);

    /// @notice Thrown when no alarm on `market` is open.
    error PublicAlarm_NotOpen(uint8 market);

    /// @notice Thrown when nothing confirms an alarm yet and its window is still open.
    error PublicAlarm_StillOpen(uint8 market, uint64 endsAt);

    /// @notice Thrown when a sensor has no code, is added twice, or is not there to be removed.
    error PublicAlarm_InvalidSensor(address sensor);

    /// @notice Thrown when there are as many confirming sensors as settling can ask.
    error PublicAlarm_TooManySensors(uint256 most);

    /// @notice Thrown when a parameter is out of its bounds.
    error PublicAlarm_OutOfBounds(string parameter, uint256 value, uint256 least, uint256 most);

    /// @notice Thrown when the transaction has too little gas left to give a sensor its share.
    error PublicAlarm_GasTooLow(uint256 left, uint256 needed);

    /* ACTIONS */

    /// @notice Raises caution on `market`, which has to be calm. The value sent is the bond, exactly.
    function raise(uint8 market) external payable;

    /// @notice Ends the alarm on `market`: at any time once a sensor has confirmed it, after the window otherwise.
    /// Anybody may call it.
    /// @dev Warning: only a sensor's latest assertion can be seen. Settle within the window: one that is asserted again
    /// after it brings the bond back, but no reward.
    function settle(uint8 market) external returns (Verdict verdict);

    /// @notice Adds the value sent to the pot that rewards come from.
    function fund() external payable;

    /* GOVERNANCE */

    /// @notice Adds or removes a sensor that can confirm.
    function setConfirmingSensor(ISensor sensor, bool isActive) external;

    /// @notice Sets the parameters.
    function setParameters(AlarmParameters calldata newParameters) external;

    /// @notice Takes `amount` out of the pot.
    function withdrawPot(address payable to, uint256 amount) external;

    /* VIEWS */

    /// @notice The hub that alarms are raised at.
    function hub() external view returns (IIncidentState);

    /// @notice Where slashed bonds go.
    function treasury() external view returns (address);

    /// @notice The least and the most that `bond` can ever be set to, in wei.
    function bondBounds() external view returns (uint96 least, uint96 most);

    /// @notice The parameters.
    function parameters() external view returns (AlarmParameters memory);

    /// @notice Sensors that can confirm.
    function confirmingSensors() external view returns (ISensor[] memory);

    /// @notice The open alarm on `market`; all zero when there is none.
    function alarmOf(uint8 market) external view returns (Alarm memory);

    /// @notice What rewards are paid from, in wei.
    function pot() external view returns (uint256);

    /// @notice Bonds of open alarms, in wei.
    function totalBonds() external view returns (uint256);

    /// @notice What was paid in rewards today, in wei.
    function rewardedToday() external view returns (uint256);
}
