// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IIncidentState} from "../../interfaces/IIncidentState.sol";
import {IOutflowSensor, OutflowParameters, OutflowReading} from "../../interfaces/IOutflowSensor.sol";
import {ISensor} from "../../interfaces/ISensor.sol";
import {MARKETS} from "../../types/Posture.sol";
import {Rungs} from "../../types/Rungs.sol";
import {FlowLimits, FlowLimitsLib} from "./FlowLimits.sol";
import {Meter, MeterLib} from "./Meter.sol";
import {OutflowBounds} from "./OutflowBounds.sol";

/// @title OutflowSensor
/// @notice Asserts when more leaves a venue, net, than its value locked allows within two windows.
/// @dev **Design**
/// - Each window holds one number: outflow less inflow, every amount weighted by e^(-age / window). It forgets by
///   itself, in constant time, and does not depend on the limit: changing a limit refills nothing.
/// - A limit is a share of the value locked, averaged over the long window and taken before each flow, so that neither
///   the outflow itself nor a deposit for a moment moves it; below a floor it does not shrink.
/// - Inflow counts against outflow, up to a credit: money that comes and goes trips nothing, and money that a broken
///   book invents covers a theft only so far.
/// - The venue's call records and, above a limit, asserts: when rungs rise, and again every few minutes. It never
///   reverts because of who calls, what is reported, or what the hub does. See {_assertFromFlow}.
/// - A poke asserts what is due whoever calls, and reverts when the hub refuses, like that of any sensor.
///
/// **Trust assumptions**
/// - The venue reports every flow, and holds what it says it holds, by a book that no price moves. One that lies can
///   keep the sensor quiet; it lifts its own limit at most twofold within a long window, and cannot revert it.
/// - The owner (governance) may change limits, within {OutflowBounds}; loosening belongs behind a timelock.
contract OutflowSensor is IOutflowSensor, Ownable {
    using OutflowBounds for OutflowParameters;

    /// @notice How often flows repeat an assertion whose condition still holds, in seconds. Half of the shortest lease.
    uint256 public constant REPEAT_SECONDS = 5 minutes;

    /// @notice Gas that the hub gets for an assertion made from a flow: the words, and a push to all its mirrors.
    uint256 public constant HUB_GAS = 450_000;

    /// @notice Gas that has to be left for that to be certain. A call gets at most 63/64 of what is left.
    uint256 public constant HUB_GAS_NEEDED = 460_000;

    /// @dev Meter and limits of one market, the two slots that a flow touches.
    struct Account {
        Meter meter;
        FlowLimits limits;
    }

    /// @inheritdoc ISensor
    IIncidentState public immutable hub;

    /// @inheritdoc IOutflowSensor
    uint256 public immutable unit;

    /// @dev market => its venue
    mapping(uint8 => address) private _venues;
    /// @dev venue and market (see {_keyOf}) => what is kept of it. Named by the caller, so that a flow needs no slot to
    /// find out whether its caller is the venue.
    mapping(uint256 => Account) private _accounts;

    /// @param unit_ Token amount that one unit stands for: small enough for the floors to be at least 10^6 units, large
    /// enough for 2^58 of them to exceed whatever the venue may hold. One millionth of a token fits most.
    constructor(IIncidentState hub_, uint256 unit_, address owner) Ownable(owner) {
        if (address(hub_).code.length == 0) revert OutflowSensor_NotAContract(address(hub_));
        if (unit_ == 0) revert OutflowSensor_OutOfBounds("unit", unit_, 1, type(uint256).max);
        hub = hub_;
        unit = unit_;
    }

    /* FLOWS */

    /// @inheritdoc IOutflowSensor
    function onInflow(uint8 market, uint256 amount, uint256 valueLocked) external {
        uint256 units = _unitsIn(amount);
        uint256 locked = _unitsIn(valueLocked);
        Account storage account = _accounts[_keyOf(msg.sender, market)];
        // Units are below 2^58.
        unchecked {
            _record(account, market, -int256(units), locked > units ? locked - units : 0);
        }
    }

    /// @inheritdoc IOutflowSensor
    function onOutflow(uint8 market, uint256 amount, uint256 valueLocked) external {
        uint256 units = _unitsIn(amount);
        Account storage account = _accounts[_keyOf(msg.sender, market)];
        Meter meter = account.meter;
        // Units are below 2^58. What is rounded off counts as one more.
        unchecked {
            if (units * unit < amount) ++units;
            if (meter.hasRoomFor(units, block.timestamp)) account.meter = meter.less(units);
            else _record(account, market, int256(units), _unitsIn(valueLocked) + units);
        }
    }

    function _record(Account storage account, uint8 market, int256 outflow, uint256 seen) private {
        FlowLimits flowLimits = account.limits;
        if (flowLimits.isEmpty()) {
            emit FlowIgnored(msg.sender, market);
            return;
        }
        (Meter meter, Rungs due) = account.meter.record(flowLimits, outflow, seen, block.timestamp);
        account.meter = meter;
        if (Rungs.unwrap(due) != 0 && _isNews(meter, due)) _assertFromFlow(account, market, due);
    }

    /// @dev The flow stands whatever the hub does. A failure of the hub counts only when it had its full share of gas:
    /// otherwise whoever withdraws could keep the gas short and so the assertion from being made.
    function _assertFromFlow(Account storage account, uint8 market, Rungs due) private {
        uint256 left = gasleft();
        if (_callHub(abi.encodeCall(IIncidentState.assertRungs, (market, due)))) {
            _settle(account, market, due);
        } else {
            if (left < HUB_GAS_NEEDED) revert OutflowSensor_GasTooLow(left, HUB_GAS_NEEDED);
            emit AssertionFailed(market, due);
        }
    }

    /// @dev Copies nothing back, so that the hub's answer costs the venue nothing.
    function _callHub(bytes memory data) private returns (bool ok) {
        (address to, uint256 hubGas) = (address(hub), HUB_GAS);
        assembly ("memory-safe") {
            ok := call(hubGas, to, 0, add(data, 32), mload(data), 0, 0)
        }
    }

    /* POKE */

    /// @inheritdoc ISensor
    function poke(uint8 market) external returns (Rungs asserted) {
        Account storage account = _accountOf(market);
        Meter meter = account.meter;
        (, asserted) = _lookAt(meter, account.limits);
        bool isSaidAlready = meter.assertedAt() == block.timestamp && !asserted.exceeds(meter.asserted());
        if (asserted.isCalm() || isSaidAlready) return asserted;

        hub.assertRungs(market, asserted);
        _settle(account, market, asserted);
    }

    /* GOVERNANCE */

    /// @inheritdoc IOutflowSensor
    function setMarket(uint8 market, address venue, OutflowParameters calldata parameters) external onlyOwner {
        if (market >= MARKETS) revert OutflowSensor_UnknownMarket(market);
        if (venue.code.length == 0) revert OutflowSensor_NotAContract(venue);
        OutflowParameters memory checked = parameters;
        checked.validate();

        FlowLimits fresh = FlowLimitsLib.pack(checked);
        Meter meter = _retire(market, fresh);
        _venues[market] = venue;
        _accounts[_keyOf(venue, market)] = Account(meter, fresh);
        emit MarketSet(market, venue, checked);
    }

    /// @dev Takes the account of the present venue away and hands over its meter, brought to now under the old limits
    /// and expressed in the new.
    function _retire(uint8 market, FlowLimits fresh) private returns (Meter meter) {
        address venue = _venues[market];
        if (venue == address(0)) return MeterLib.REGISTERED;

        uint256 key = _keyOf(venue, market);
        meter = _accounts[key].meter.rebased(_accounts[key].limits, fresh, block.timestamp);
        delete _accounts[key];
    }

    /* VIEWS */

    /// @inheritdoc IOutflowSensor
    function reading(uint8 market) external view returns (OutflowReading memory) {
        Account storage account = _accountOf(market);
        FlowLimits flowLimits = account.limits;
        Meter before = account.meter;
        (Meter meter, Rungs due) = _lookAt(before, flowLimits);
        (int256 shortNet, int256 longNet) = meter.nets(flowLimits);
        (uint256 shortLimit, uint256 longLimit) = flowLimits.limitsOf(meter.locked());
        return OutflowReading({
            shortNet: shortNet * int256(unit),
            longNet: longNet * int256(unit),
            shortLimit: shortLimit * unit,
            longLimit: longLimit * unit,
            valueLocked: meter.locked() * unit,
            recordedAt: uint64(before.recordedAt()),
            assertedAt: uint64(before.assertedAt()),
            due: due
        });
    }

    /// @inheritdoc IOutflowSensor
    function limits(uint8 market) external view returns (address venue, OutflowParameters memory parameters) {
        venue = _venues[market];
        parameters = _accounts[_keyOf(venue, market)].limits.unpack();
    }

    /* INTERNAL */

    function _settle(Account storage account, uint8 market, Rungs asserted) private {
        FlowLimits flowLimits = account.limits;
        Meter meter = account.meter.afterAsserting(asserted, block.timestamp);
        account.meter = meter;
        (meter,) = _lookAt(meter, flowLimits);
        (int256 shortNet, int256 longNet) = meter.nets(flowLimits);
        emit Exceeded(market, asserted, shortNet * int256(unit), longNet * int256(unit), meter.locked() * unit);
    }

    /// @dev Whether a flow has to say `due`: it is more than what was said last, or that was said some time ago.
    function _isNews(Meter meter, Rungs due) private view returns (bool) {
        return due.exceeds(meter.asserted()) || block.timestamp >= meter.assertedAt() + REPEAT_SECONDS;
    }

    /// @dev The meter as it would be now, without a flow, and what is due.
    function _lookAt(Meter meter, FlowLimits flowLimits) private view returns (Meter, Rungs) {
        return meter.record(flowLimits, 0, meter.locked(), block.timestamp);
    }

    function _accountOf(uint8 market) private view returns (Account storage) {
        address venue = _venues[market];
        if (venue == address(0)) revert OutflowSensor_UnknownMarket(market);
        return _accounts[_keyOf(venue, market)];
    }

    function _keyOf(address venue, uint8 market) private pure returns (uint256) {
        return (uint256(uint160(venue)) << 8) | market;
    }

    /// @dev Whole units in `amount`, at most {MeterLib.MOST_UNITS}.
    function _unitsIn(uint256 amount) private view returns (uint256 units) {
        // The constructor keeps `unit` from zero.
        unchecked {
            units = amount / unit;
        }
        if (units > MeterLib.MOST_UNITS) units = MeterLib.MOST_UNITS;
    }
}
