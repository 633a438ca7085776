// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title A smart-contract wallet of one owner, for tests
/// @notice Signs as its owner does, and calls whatever it is told to, for anybody.
contract MockWallet is IERC1271 {
    address private immutable _OWNER;

    /// @param owner Whose signatures are the wallet's.
    constructor(address owner) {
        _OWNER = owner;
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        (address signer, , ) = ECDSA.tryRecoverCalldata(hash, signature);
        return signer == _OWNER ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }

    /// @notice Hands a call on, whose data is whole in the transaction's.
    function execute(address target, bytes calldata data) external {
        _call(target, data);
    }

    /// @notice Makes a call of two parts, so that its data is nowhere whole in the transaction's.
    function executeParts(address target, bytes calldata head, bytes calldata tail) external {
        _call(target, bytes.concat(head, tail));
    }

    function _call(address target, bytes memory data) private {
        (bool succeeded, bytes memory answer) = target.call(data);
        if (succeeded) return;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }
}
