// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IInsuranceFund
/// @notice Shares of an insurance fund: an ERC-4626 vault that is entered at once and left by ERC-7540 requests.
/// @dev A request's id is the number of its day (unix seconds / 86,400). All requests of a day are paid together, at the
/// same prices, each by its part: who asks first, or claims first, gets nothing more. Until they are paid the shares
/// stay shares, and bear losses like all others.
/// Warning: a request cannot be taken back. Amounts of assets are whole units of the house (base units of tokens of up to 12
/// decimals); {IERC4626-deposit} refuses others, all conversions round to them, against whoever asks.
/// Warning: as ERC-7540 demands, {IERC4626-previewRedeem} and {IERC4626-previewWithdraw} always revert: what a claim pays
/// was fixed when its day was paid. {IERC4626-maxRedeem} and {IERC4626-maxWithdraw} tell what can be claimed now.
interface IInsuranceFund {
    /* EVENTS */

    /// @notice ERC-7540: `shares` of `owner` wait in request `requestId` for `controller` to claim what they bring.
    event RedeemRequest(
        address indexed controller,
        address indexed owner,
        uint256 indexed requestId,
        address sender,
        uint256 shares
    );
    /// @notice ERC-7540: `operator` may act for `controller`, or may not any more.
    event OperatorSet(address indexed controller, address indexed operator, bool approved);
    /// @notice Part or all of request `requestId` was paid: `shares` are gone, `assets` can be claimed.
    event ExitPaid(uint256 indexed requestId, uint256 shares, uint256 assets);

    /* ERRORS */

    /// @notice Thrown when no shares would be moved: the amount is zero, or worth less than a share.
    error InsuranceFund_ZeroShares();
    /// @notice Thrown when assets are not a whole number of units.
    error InsuranceFund_NotWholeUnits(uint256 assets, uint256 tokenPerUnit);
    /// @notice Thrown when the token moved another amount than it was told to.
    error InsuranceFund_WrongTransfer(uint256 expected, uint256 moved);
    /// @notice Thrown when the caller is neither the controller nor its operator.
    error InsuranceFund_NotOperator(address controller, address caller);
    /// @notice Thrown when a controller has as many requests open as there may be; claiming what was paid makes room.
    error InsuranceFund_TooManyRequests(address controller, uint256 most);
    /// @notice Thrown by previews of claims, as ERC-7540 demands.
    error InsuranceFund_NoPreview();

    /* ACTIONS */

    /// @notice Locks `shares` of `owner` until today's requests are paid. Pays what is due of older ones first. The
    /// caller is the owner, its operator, or spends its allowance; the controller is the owner, the caller, or has made
    /// the caller its operator.
    /// @return requestId Number of today.
    function requestRedeem(uint256 shares, address controller, address owner) external returns (uint256 requestId);

    /// @notice Pays requests whose notice is over, oldest first, as far as the house lets go. Anybody may.
    /// @return days_ Requests paid, in part or whole.
    function payDue() external returns (uint256 days_);

    /// @notice ERC-7540: lets `operator` request and claim for the caller, or stops it.
    function setOperator(address operator, bool approved) external returns (bool);

    /* VIEWS */

    /// @notice The clearing house whose fund this is, and of which market; 0 is the shared one.
    function house() external view returns (address);

    function market() external view returns (uint8);

    /// @notice ERC-7575: the share token, which is the vault.
    function share() external view returns (address);

    function isOperator(address controller, address operator) external view returns (bool);

    /// @notice Shares of a request that were not paid yet, and those that can be claimed.
    function pendingRedeemRequest(uint256 requestId, address controller) external view returns (uint256 shares);

    function claimableRedeemRequest(uint256 requestId, address controller) external view returns (uint256 shares);

    /// @notice All of a day's requests: shares asked for, those of them paid, and what was paid for them.
    function requestTotals(
        uint256 requestId
    ) external view returns (uint256 shares, uint256 paidShares, uint256 paidAssets);

    /// @notice The oldest request not wholly paid, and since when it could be (unix seconds) by the notice in force. Zeros
    /// when nobody waits.
    function nextDue() external view returns (uint256 requestId, uint256 dueAt);
}
