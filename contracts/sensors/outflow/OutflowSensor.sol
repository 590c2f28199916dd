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

    /// @dev How often flows repeat an assertion whose condition still holds, in seconds. Half of the shortest lease.
    uint256 private constant REPEAT_SECONDS = 5 minutes;

    /// @dev Gas that the hub gets for an assertion made from a flow: the words, and a push to all its mirrors.
    uint256 private constant HUB_GAS = 450_000;

    /// @dev Gas that has to be left for that to be certain. A call gets at most 63/64 of what is left.
    uint256 private constant HUB_GAS_NEEDED = 460_000;

    /// @inheritdoc ISensor
    IIncidentState public immutable hub;

    /// @inheritdoc IOutflowSensor
    address public immutable venue;

    /// @inheritdoc IOutflowSensor
    uint256 public immutable unit;

    /// @dev What is remembered of a market, and its limits: the two slots that a flow touches.
    struct Account {
        Meter meter;
        FlowLimits limits;
    }

    /// @dev market => its account
    Account[MARKETS] private _accounts;

    /// @param unit_ Token amount that one unit stands for: small enough for the floors to be at least 10^6 units, large
    /// enough for 2^58 of them to exceed whatever the venue may hold. One millionth of a token fits most.
    constructor(IIncidentState hub_, address venue_, uint256 unit_, address owner) Ownable(owner) {
        if (address(hub_).code.length == 0) revert OutflowSensor_NotAContract(address(hub_));
        if (venue_ == address(0)) revert OutflowSensor_NotAContract(venue_);
        if (unit_ == 0) revert OutflowSensor_OutOfBounds("unit", unit_, 1, type(uint256).max);
        (hub, venue, unit) = (hub_, venue_, unit_);
    }

    /* FLOWS */

    /// @inheritdoc IOutflowSensor
    function onInflow(uint8 market, uint256 amount, uint256 heldBefore) external {
        // What is rounded off does not count. Units are below 2^58.
        unchecked {
            _record(market, _meterOf(market), -int256(_units(amount)), heldBefore);
        }
    }

    /// @inheritdoc IOutflowSensor
    function onOutflow(uint8 market, uint256 amount, uint256 heldBefore) external {
        (address reporter, uint256 divisor) = (venue, unit);
        uint256 units;
        Meter meter;
        // The venue's second flow of a second, by hand, for it is on the path of everybody's withdrawal. It touches the
        // meter alone. A market that is not set up, or none, has a meter of zero: past the array nothing is written.
        assembly ("memory-safe") {
            // Rounded up.
            units := div(amount, divisor)
            units := add(units, lt(mul(units, divisor), amount))
            let slot := add(_accounts.slot, mul(market, 2))
            meter := sload(slot)
            if and(eq(and(shr(40, meter), 0xffffffff), timestamp()), eq(caller(), reporter)) {
                // A room that is negative is stored below the bias, hence below what is asked.
                let least := add(units, shl(59, 1))
                let hasRooms := and(gt(shr(192, meter), least), gt(and(shr(132, meter), sub(shl(60, 1), 1)), least))
                if and(hasRooms, lt(units, least)) {
                    sstore(slot, sub(meter, or(shl(192, units), shl(132, units))))
                    stop()
                }
            }
        }
        if (units > MeterLib.MOST_UNITS) units = MeterLib.MOST_UNITS;
        _record(market, meter, int256(units), heldBefore);
    }

    function _record(uint8 market, Meter meter, int256 outflow, uint256 heldBefore) private {
        if (msg.sender != venue || Meter.unwrap(meter) == 0) return _ignore(market);
        Account storage account = _accounts[market];
        Rungs due;
        (meter, due) = meter.record(account.limits, outflow, _units(heldBefore), block.timestamp);
        account.meter = meter;
        if (Rungs.unwrap(due) != 0 && _isNews(meter, due)) _assertFromFlow(account, market, due);
    }

    function _meterOf(uint8 market) private view returns (Meter meter) {
        if (market < MARKETS) meter = _accounts[market].meter;
    }

    function _ignore(uint8 market) private {
        emit FlowIgnored(msg.sender, market);
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
    function setMarket(uint8 market, OutflowParameters calldata parameters) external onlyOwner {
        if (market >= MARKETS) revert OutflowSensor_UnknownMarket(market);
        OutflowParameters memory checked = parameters;
        checked.validate();

        FlowLimits fresh = FlowLimitsLib.pack(checked);
        Account storage account = _accounts[market];
        FlowLimits former = account.limits;
        account.meter = former.isEmpty() ? MeterLib.REGISTERED : account.meter.rebased(former, fresh, block.timestamp);
        account.limits = fresh;
        emit MarketSet(market, checked);
    }

    /* VIEWS */

    /// @inheritdoc IOutflowSensor
    function reading(uint8 market) external view returns (OutflowReading memory) {
        Account storage account = _accountOf(market);
        (Meter before, FlowLimits flowLimits) = (account.meter, account.limits);
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
    function limits(uint8 market) external view returns (OutflowParameters memory parameters) {
        if (market < MARKETS) parameters = _accounts[market].limits.unpack();
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

    function _accountOf(uint8 market) private view returns (Account storage account) {
        if (market >= MARKETS) revert OutflowSensor_UnknownMarket(market);
        account = _accounts[market];
        if (account.limits.isEmpty()) revert OutflowSensor_UnknownMarket(market);
    }

    /// @dev Whole units in `amount`, at most {MeterLib.MOST_UNITS}.
    function _units(uint256 amount) private view returns (uint256 units) {
        uint256 divisor = unit;
        // Without the check for zero, which the constructor has made.
        assembly ("memory-safe") {
            units := div(amount, divisor)
        }
        if (units > MeterLib.MOST_UNITS) units = MeterLib.MOST_UNITS;
    }
}
