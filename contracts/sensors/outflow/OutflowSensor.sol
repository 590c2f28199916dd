// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IIncidentState} from "../../interfaces/IIncidentState.sol";
import {Flow, IOutflowSensor, OutflowParameters, OutflowReading} from "../../interfaces/IOutflowSensor.sol";
import {ISensor} from "../../interfaces/ISensor.sol";
import {MARKETS} from "../../types/Posture.sol";
import {Rungs} from "../../types/Rungs.sol";
import {FlowLimits, FlowLimitsLib} from "./FlowLimits.sol";
import {Meter, MeterLib} from "./Meter.sol";
import {OutflowBounds} from "./OutflowBounds.sol";

/// @title OutflowSensor
/// @notice Asserts when more leaves a venue, net, than its value locked allows within two windows.
/// @dev **Design**
/// - Each window holds one number, its room: what may still leave. Outflow takes from it, inflow gives back, and time
///   brings it back to the limit: what is missing shrinks by e^(-elapsed / window). So it costs the same after a second
///   and after a year, and is the same however often anybody calls.
/// - The limit is a share of the value locked, averaged over the long window and never beyond twice what is known, so
///   that neither an outflow itself nor a deposit for a moment moves it; below a floor it does not shrink.
/// - Inflow raises the room above the limit up to a credit: money that comes and goes trips nothing, and money that a
///   broken book invents covers a theft only so far.
/// - The venue's call records and, without room, asserts: when rungs rise, and again every few minutes. It never
///   reverts because of who calls, what is reported, or what the hub does. See {_assertFromFlow}.
/// - A poke asserts what is due whoever calls, and reverts when the hub refuses, like that of any sensor.
///
/// **Trust assumptions**
/// - The venue reports every flow, and what it holds, by a book that no price moves. One that lies can keep the sensor
///   quiet; it cannot make it revert, nor lift its limits more than twofold within a long window.
/// - The owner (governance) may change limits, within {OutflowBounds}; loosening belongs behind a timelock.
contract OutflowSensor is IOutflowSensor, Ownable {
    using OutflowBounds for OutflowParameters;

    /// @dev How often flows repeat an assertion whose condition still holds, in seconds. Half of the shortest lease.
    uint256 private constant REPEAT_SECONDS = 5 minutes;

    /// @dev Gas that the hub gets for an assertion made from a flow: the words, and a push to all its mirrors.
    uint256 private constant HUB_GAS = 450_000;

    /// @dev Gas that has to be left for that to be certain. A call gets at most 63/64 of what is left.
    uint256 private constant HUB_GAS_NEEDED = 460_000;

    /// @dev What is remembered of a market, and its limits: the two slots that a flow touches.
    struct Account {
        Meter meter;
        FlowLimits limits;
    }

    /// @inheritdoc ISensor
    IIncidentState public immutable hub;

    /// @inheritdoc IOutflowSensor
    address public immutable venue;

    /// @inheritdoc IOutflowSensor
    uint256 public immutable unit;

    /// @dev market => its account
    Account[MARKETS] private _accounts;

    /// @param venue_ The only account whose flows are recorded. It may be deployed later.
    /// @param unit_ Token amount that one unit stands for: small enough for a floor of at least a million units, large
    /// enough for 2^58 of them to exceed whatever the venue may hold. One millionth of a token fits most.
    constructor(IIncidentState hub_, address venue_, uint256 unit_, address owner) Ownable(owner) {
        if (address(hub_).code.length == 0) revert OutflowSensor_NotAContract(address(hub_));
        if (venue_ == address(0)) revert OutflowSensor_NotAContract(venue_);
        if (unit_ == 0) revert OutflowSensor_OutOfBounds("unit", unit_, 1, type(uint256).max);
        (hub, venue, unit) = (hub_, venue_, unit_);
    }

    /* FLOWS */

    /// @inheritdoc IOutflowSensor
    function onInflow(Flow calldata flow) external {
        (address reporter, uint256 divisor) = (venue, unit);
        (uint256 market, uint256 amount) = (flow.market, flow.amount);
        uint256 units;
        Account storage account;
        Meter meter;
        // As below, but that what is rounded off does not count.
        assembly ("memory-safe") {
            units := div(amount, divisor)
            account.slot := add(_accounts.slot, shl(1, market))
            meter := mul(sload(account.slot), and(eq(caller(), reporter), lt(market, MARKETS)))
        }
        if (units > MeterLib.MOST_UNITS) units = MeterLib.MOST_UNITS;
        _record(account, meter, market, -int256(units), flow.heldBefore);
    }

    /// @inheritdoc IOutflowSensor
    function onOutflow(Flow calldata flow) external {
        (address reporter, uint256 divisor) = (venue, unit);
        (uint256 market, uint256 amount) = (flow.market, flow.amount);
        uint256 units;
        Account storage account;
        Meter meter;
        // The venue's second outflow of a second, by hand, for it is on the path of everybody's withdrawal: when both
        // rooms suffice, it is one subtraction, and needs no limit. `divisor` is not zero. For a market that is out of
        // range the slot lies past the array, where nothing is ever written: zero, like that of one not set up.
        assembly ("memory-safe") {
            // Rounded up.
            units := div(amount, divisor)
            units := add(units, lt(mul(units, divisor), amount))
            account.slot := add(_accounts.slot, shl(1, market))
            // Whoever is not the venue sees an empty one.
            meter := mul(sload(account.slot), and(eq(caller(), reporter), lt(market, MARKETS)))
            if eq(and(meter, 0xffffffff), timestamp()) {
                // A room is stored with 2^59 added: below zero, its top bit is clear. With both set before and after,
                // and less than 2^59 taken from each, neither was too small, and none borrowed from its neighbour.
                let after_ := sub(meter, mul(units, or(shl(192, 1), shl(132, 1))))
                let isShort := and(not(and(meter, after_)), or(shl(251, 1), shl(191, 1)))
                if iszero(or(isShort, shr(59, units))) {
                    sstore(account.slot, after_)
                    stop()
                }
            }
        }
        if (units > MeterLib.MOST_UNITS) units = MeterLib.MOST_UNITS;
        _record(account, meter, market, int256(units), flow.heldBefore);
    }

    /// @param meter That of `account`, which is `market`'s; zero when the flow is not to be recorded.
    function _record(Account storage account, Meter meter, uint256 market, int256 outflow, uint256 heldBefore) private {
        if (Meter.unwrap(meter) == 0) return _ignore(market);

        FlowLimits flowLimits = account.limits;
        uint256 divisor = unit;
        assembly ("memory-safe") {
            heldBefore := div(heldBefore, divisor)
        }
        meter = meter.record(flowLimits, outflow, heldBefore, block.timestamp);
        account.meter = meter;
        if (meter.isExceeded()) _assertFromFlow(account, meter.due(flowLimits), uint8(market));
    }

    function _ignore(uint256 market) private {
        emit FlowIgnored(msg.sender, market);
    }

    /// @dev The flow stands whatever the hub does. A failure of the hub counts only when it had its full share of gas:
    /// otherwise whoever withdraws could keep the gas short and so the assertion from being made.
    function _assertFromFlow(Account storage account, Rungs due, uint8 market) private {
        Meter meter = account.meter;
        // What is more than was said last, or was said some time ago.
        bool isNews = due.exceeds(meter.asserted()) || block.timestamp >= meter.assertedAt() + REPEAT_SECONDS;
        if (!isNews) return;

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
        asserted = _now(meter, account.limits).due(account.limits);
        bool isSaidAlready = meter.assertedAt() == block.timestamp && !asserted.exceeds(meter.asserted());
        if (asserted.isCalm() || isSaidAlready) return asserted;

        hub.assertRungs(market, asserted);
        _settle(account, market, asserted);
    }

    /// @dev Writes down that `asserted` was asserted now.
    function _settle(Account storage account, uint8 market, Rungs asserted) private {
        Meter meter = account.meter.afterAsserting(asserted, block.timestamp);
        account.meter = meter;
        meter = _now(meter, account.limits);
        (int256 shortRoom, int256 longRoom) = meter.rooms();
        emit Exceeded(market, asserted, shortRoom * int256(unit), longRoom * int256(unit), meter.locked() * unit);
    }

    /* GOVERNANCE */

    /// @inheritdoc IOutflowSensor
    function setMarket(uint8 market, OutflowParameters calldata parameters) external onlyOwner {
        if (market >= MARKETS) revert OutflowSensor_UnknownMarket(market);
        OutflowParameters memory checked = parameters;
        checked.validate();

        Account storage account = _accounts[market];
        (FlowLimits former, FlowLimits fresh) = (account.limits, FlowLimitsLib.pack(checked));
        Meter meter = former.isEmpty() ? MeterLib.REGISTERED : account.meter;
        // Where nothing changes the meter stays as it is: brought up to now it takes the value locked to be what it was, so
        // whoever sets the same limits again and again would keep the average from following the venue.
        if (!meter.isUnused() && !former.equals(fresh)) {
            // Up to now under the old windows; then within the new limits.
            meter = _now(meter, former).within(fresh);
        }
        (account.meter, account.limits) = (meter, fresh);
        emit MarketSet(market, checked);
    }

    /* VIEWS */

    /// @inheritdoc IOutflowSensor
    function reading(uint8 market) external view returns (OutflowReading memory) {
        Account storage account = _accountOf(market);
        Meter meter = _now(account.meter, account.limits);
        (int256 shortRoom, int256 longRoom) = meter.rooms();
        (uint256 short, uint256 long) = account.limits.limitsOf(meter.locked());
        return
            OutflowReading({
                shortRoom: shortRoom * int256(unit),
                longRoom: longRoom * int256(unit),
                shortLimit: short * unit,
                longLimit: long * unit,
                valueLocked: meter.locked() * unit,
                recordedAt: uint64(account.meter.recordedAt()),
                assertedAt: uint64(meter.assertedAt()),
                due: meter.due(account.limits)
            });
    }

    /// @inheritdoc ISensor
    /// @dev Part of the meter, so that an assertion from a flow writes no further slot.
    function lastAsserted(uint8 market) external view returns (Rungs rungs, uint64 at) {
        if (market >= MARKETS) return (rungs, at);
        Meter meter = _accounts[market].meter;
        // 32 bits.
        return (meter.asserted(), uint64(meter.assertedAt()));
    }

    /// @inheritdoc IOutflowSensor
    function limits(uint8 market) external view returns (OutflowParameters memory parameters) {
        if (market < MARKETS) parameters = _accounts[market].limits.unpack();
    }

    /* INTERNAL */

    /// @dev `meter` as it stands now, without a flow. Nothing was learnt of the value locked.
    function _now(Meter meter, FlowLimits flowLimits) private view returns (Meter) {
        return meter.record(flowLimits, 0, meter.locked(), block.timestamp);
    }

    function _accountOf(uint8 market) private view returns (Account storage account) {
        if (market >= MARKETS) revert OutflowSensor_UnknownMarket(market);
        account = _accounts[market];
        if (account.limits.isEmpty()) revert OutflowSensor_UnknownMarket(market);
    }
}
