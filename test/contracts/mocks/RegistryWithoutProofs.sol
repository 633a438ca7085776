// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {DriftRegistry} from "../../../contracts/DriftRegistry.sol";
import {CertifyParams, SrsPoints} from "../../../contracts/interfaces/IDriftRegistry.sol";

/// @title A registry that believes everything, for tests of its records
/// @notice Never to be deployed anywhere.
contract RegistryWithoutProofs is DriftRegistry {
    /// @param srs Points of an SRS.
    constructor(SrsPoints memory srs) DriftRegistry(address(0), new TierVerifier[](0), srs) {}

    function _verifySegments(CertifyParams calldata, uint256[] storage, Walk memory walk) internal pure override {
        walk.changedTiles = 1;
    }
}
