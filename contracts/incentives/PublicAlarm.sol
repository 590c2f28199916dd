// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

import {IIncidentState} from "../interfaces/IIncidentState.sol";
import {Alarm, AlarmParameters, IPublicAlarm, Verdict} from "../interfaces/IPublicAlarm.sol";
import {ISensor} from "../interfaces/ISensor.sol";
import {SensorReader} from "../sensors/corroboration/SensorReader.sol";
import {DRILL_MARKET} from "../sensors/drill/DrillSensor.sol";
import {Cause, SensorGrant} from "../types/Incident.sol";
import {Posture} from "../types/Posture.sol";
import {CAUTION, NORMAL, Rungs, RungsLib} from "../types/Rungs.sol";
import {Payouts} from "./Payouts.sol";

/// @title PublicAlarm
/// @notice Anybody may raise caution on a market by posting a bond, which comes back with a reward when a sensor
/// confirms, and is slashed otherwise.
/// @dev **Design**
/// - Caution only, by a constant; how far it travels the hub's grant says.
/// - A market has to be calm, on both axes and protocol-wide, when the alarm is raised. So the reward is for being first,
///   an open alarm is one a market, and whoever raises in vain must wait until caution has lapsed before doing it again.
/// - Because the market was calm, an assertion that took effect in the same second came after the alarm; so a stamp equal to
///   `raisedAt` confirms, and nobody takes a reward away by poking a sensor in the block of the alarm.
/// - Confirmation is an effective assertion (at caution or M1 at least, after the sensor's own ceiling) of a sensor
///   that governance registered here and that the hub grants the market for a cause other than people's word.
/// - Terms are fixed when the alarm is raised. Rewards come from a pot, at most so much a day; an empty pot pays none.
///
/// **Trust assumptions**
/// - The hub and its grants. Registered sensors are true, but may revert, burn gas or answer nonsense.
/// - A raiser cannot bring a confirming sensor to assert for less than the reward. Sensors whose condition a single
///   account can make hold cheaply must not be registered.
/// - The owner (governance) may change parameters within the bounds.
contract PublicAlarm is IPublicAlarm, Payouts, Ownable, ReentrancyGuard {
    /* CONSTANTS */

    /// @notice Most sensors that settling asks.
    uint256 public constant MAX_SENSORS = 8;

    uint256 public constant MIN_WINDOW_SECONDS = 10 minutes;
    uint256 public constant MAX_WINDOW_SECONDS = 6 hours;

    /// @notice The most of a slashed bond that whoever settles gets. It is what a raiser who settles gets back.
    uint256 public constant MAX_SETTLER_BPS = 2_000;

    uint256 private constant BPS = 10_000;

    /* STORAGE */

    /// @inheritdoc IPublicAlarm
    IIncidentState public immutable hub;
    /// @inheritdoc IPublicAlarm
    address public immutable treasury;
    uint96 private immutable MIN_BOND;
    uint96 private immutable MAX_BOND;

    /// @inheritdoc IPublicAlarm
    uint256 public pot;
    /// @inheritdoc IPublicAlarm
    uint256 public totalBonds;

    AlarmParameters private _parameters;
    ISensor[] private _sensors;
    uint96 private _rewarded;
    uint32 private _rewardedDay;

    /// @dev market => its open alarm
    mapping(uint8 => Alarm) private _alarms;

    /* CONSTRUCTOR */

    /// @param treasury_ Where slashed bonds go.
    /// @param minBond The least that a bond can ever be set to, in wei; not zero.
    /// @param maxBond The most.
    constructor(
        IIncidentState hub_,
        address treasury_,
        address owner,
        uint96 minBond,
        uint96 maxBond,
        AlarmParameters memory parameters_
    ) Ownable(owner) {
        _within("minBond", minBond, 1, maxBond);
        (hub, treasury, MIN_BOND, MAX_BOND) = (hub_, treasury_, minBond, maxBond);
        _setParameters(parameters_);
    }

    /* ACTIONS */

    /// @inheritdoc IPublicAlarm
    function raise(uint8 market) external payable nonReentrant {
        AlarmParameters memory terms = _parameters;
        if (msg.value != terms.bond) revert PublicAlarm_WrongBond(msg.value, terms.bond);
        if (_alarms[market].raiser != address(0)) revert PublicAlarm_AlreadyOpen(market);
        Posture posture = hub.postureNow();
        if (!posture.isRegistered(market) || market == DRILL_MARKET) revert PublicAlarm_UnknownMarket(market);
        Rungs inForce = posture.at(market);
        if (!inForce.isCalm()) revert PublicAlarm_NotCalm(market, inForce);

        uint64 endsAt = uint64(block.timestamp) + terms.windowSeconds;
        _alarms[market] = Alarm({
            raiser: msg.sender,
            raisedAt: uint64(block.timestamp),
            endsAt: endsAt,
            bond: terms.bond,
            reward: terms.reward,
            settlerBps: terms.settlerBps
        });
        totalBonds += terms.bond;
        emit AlarmRaised(market, msg.sender, terms.bond, terms.reward, endsAt);
        hub.assertRungs(market, RungsLib.pair(CAUTION, NORMAL));
        if (hub.postureNow().own(market).isCalm()) revert PublicAlarm_NoEffect(market);
    }

    /// @inheritdoc IPublicAlarm
    function settle(uint8 market) external nonReentrant returns (Verdict verdict) {
        Alarm memory alarm = _alarms[market];
        if (alarm.raiser == address(0)) revert PublicAlarm_NotOpen(market);
        ISensor sensor;
        (verdict, sensor) = _judge(market, alarm);
        if (verdict == Verdict.Slashed && block.timestamp <= alarm.endsAt) {
            revert PublicAlarm_StillOpen(market, alarm.endsAt);
        }

        delete _alarms[market];
        totalBonds -= alarm.bond;
        uint256 reward = verdict == Verdict.Confirmed ? _takeReward(alarm.reward) : 0;
        emit AlarmSettled(market, alarm.raiser, verdict, sensor, alarm.bond, reward);
        if (verdict == Verdict.Slashed) _slash(alarm);
        else _pay(alarm.raiser, alarm.bond + reward);
    }

    /// @inheritdoc IPublicAlarm
    function fund() external payable {
        pot += msg.value;
        emit PotFunded(msg.sender, msg.value);
    }

    /* GOVERNANCE */

    /// @inheritdoc IPublicAlarm
    function setConfirmingSensor(ISensor sensor, bool isActive) external onlyOwner {
        uint256 count = _sensors.length;
        uint256 at = count;
        for (uint256 i; i < count; ++i) {
            if (_sensors[i] == sensor) at = i;
        }
        bool hasNoCode = isActive && address(sensor).code.length == 0;
        if (hasNoCode || (at != count) == isActive) revert PublicAlarm_InvalidSensor(address(sensor));

        if (isActive) {
            if (count == MAX_SENSORS) revert PublicAlarm_TooManySensors(MAX_SENSORS);
            _sensors.push(sensor);
        } else {
            _sensors[at] = _sensors[count - 1];
            _sensors.pop();
        }
        emit ConfirmingSensorSet(sensor, isActive);
    }

    /// @inheritdoc IPublicAlarm
    function setParameters(AlarmParameters calldata newParameters) external onlyOwner {
        _setParameters(newParameters);
    }

    /// @inheritdoc IPublicAlarm
    function withdrawPot(address payable to, uint256 amount) external onlyOwner {
        if (amount > pot) revert Payouts_NotEnough(amount, pot);
        pot -= amount;
        emit PotWithdrawn(to, amount);
        _send(to, amount);
    }

    /* VIEWS */

    /// @inheritdoc IPublicAlarm
    function bondBounds() external view returns (uint96 least, uint96 most) {
        return (MIN_BOND, MAX_BOND);
    }

    /// @inheritdoc IPublicAlarm
    function parameters() external view returns (AlarmParameters memory) {
        return _parameters;
    }

    /// @inheritdoc IPublicAlarm
    function confirmingSensors() external view returns (ISensor[] memory) {
        return _sensors;
    }

    /// @inheritdoc IPublicAlarm
    function alarmOf(uint8 market) external view returns (Alarm memory) {
        return _alarms[market];
    }

    /// @inheritdoc IPublicAlarm
    function rewardedToday() public view returns (uint256) {
        return _rewardedDay == block.timestamp / 1 days ? _rewarded : 0;
    }

    /* INTERNAL */

    /// @dev What would become of `alarm` if it were settled now, were its window over.
    function _judge(uint8 market, Alarm memory alarm) private view returns (Verdict verdict, ISensor sensor) {
        verdict = Verdict.Slashed;
        uint256 count = _sensors.length;
        for (uint256 i; i < count; ++i) {
            uint256 at = _assertedAt(_sensors[i], market);
            if (at < alarm.raisedAt) continue;
            if (at <= alarm.endsAt) return (Verdict.Confirmed, _sensors[i]);
            (verdict, sensor) = (Verdict.Late, _sensors[i]);
        }
    }

    /// @return at When `sensor` last asserted something that took effect on `market`, in unix seconds; 0 if it did not,
    /// or may not confirm.
    function _assertedAt(ISensor sensor, uint8 market) private view returns (uint256 at) {
        SensorGrant memory grant = hub.sensorGrant(address(sensor));
        if (!grant.isActive || (grant.markets >> market) & 1 == 0 || _isWord(grant.cause)) return 0;

        uint256 needed = SensorReader.gasNeeded();
        if (gasleft() < needed) revert PublicAlarm_GasTooLow(gasleft(), needed);
        (bool ok, Rungs rungs, uint256 assertedAt) = SensorReader.lastAsserted(sensor, market);
        if (ok && !rungs.meet(grant.localCeiling).isCalm()) at = assertedAt;
    }

    /// @dev Whether a cause is somebody's word rather than something measured.
    function _isWord(Cause cause) private pure returns (bool) {
        return cause == Cause.Code || cause == Cause.Operator || cause == Cause.Council;
    }

    /// @dev What of `asked` the pot and the day still allow. It is taken from both.
    function _takeReward(uint256 asked) private returns (uint256 reward) {
        uint256 today = rewardedToday();
        uint256 left = _parameters.rewardsPerDay > today ? _parameters.rewardsPerDay - today : 0;
        reward = asked < left ? asked : left;
        if (reward > pot) reward = pot;
        pot -= reward;
        // Within `rewardsPerDay`, which has 96 bits; unix days fit 32.
        (_rewarded, _rewardedDay) = (uint96(today + reward), uint32(block.timestamp / 1 days));
    }

    function _slash(Alarm memory alarm) private {
        uint256 share = (uint256(alarm.bond) * alarm.settlerBps) / BPS;
        _pay(treasury, alarm.bond - share);
        _pay(msg.sender, share);
    }

    function _setParameters(AlarmParameters memory newParameters) private {
        _within("bond", newParameters.bond, MIN_BOND, MAX_BOND);
        _within("reward", newParameters.reward, 0, newParameters.bond);
        _within("windowSeconds", newParameters.windowSeconds, MIN_WINDOW_SECONDS, MAX_WINDOW_SECONDS);
        _within("settlerBps", newParameters.settlerBps, 0, MAX_SETTLER_BPS);
        _parameters = newParameters;
        emit AlarmParametersSet(newParameters);
    }

    function _within(string memory parameter, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) {
            revert PublicAlarm_OutOfBounds(parameter, value, least, most);
        }
    }
}
