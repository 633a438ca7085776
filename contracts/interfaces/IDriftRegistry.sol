// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {G1Point, G2Point} from "../libraries/Bn254.sol";
import {MercuryProof} from "../libraries/Mercury.sol";

/// @notice What a model's id is made of. Tiles are `2^t × 2^t` and numbered from 0.
struct ModelParts {
    /// log2 of a tile's side.
    uint8 t;
    uint32 tileCount;
    /// keccak256 of the canonical manifest: names, shapes, scales, layout.
    bytes32 manifestHash;
    /// Root over the commitments of the tiles, in order.
    bytes32 merkleRoot;
}

/// @notice What may change in tiles `firstTile … firstTile + tileCount - 1`: a part of rank at most `maxRank`, at
/// most `maxNonzeros` entries anywhere, and a residual of squared norm at most `maxResidualSq`.
struct Rule {
    uint32 firstTile;
    uint32 tileCount;
    /// Column panels of the tensor that a rank rule covers; 0 without a rank bound.
    uint32 gridCols;
    /// 0 for no low-rank part.
    uint8 maxRank;
    /// Extra fractional bits of the low-rank part, at most 40; 0 without a rank bound.
    uint8 shift;
    /// Over all tiles of the rule; below 2^40.
    uint64 maxNonzeros;
    /// Over all tiles of the rule, in squared units of `2^-(fractionBits + shift)`; below 2^100.
    uint128 maxResidualSq;
}

/// @notice A rule of the policy and how many of its tiles a segment changes.
struct RuleUse {
    uint256 ruleIndex;
    uint256 tileCount;
}

/// @notice Commitments of a segment; `(0, 0)` is infinity.
struct SegmentCommitments {
    /// Base and tuned tile of every slot.
    G1Point[] base;
    G1Point[] tuned;
    /// Masks of the slots whose rule allows nonzeros, in slot order.
    G1Point[] masks;
    /// `(0, 0)` without rank rules, as `factorB`.
    G1Point factorA;
    G1Point factorB;
    G1Point multiplicity;
    G1Point blinding;
}

/// @notice The claim that the circuit leaves over: the combined polynomial is `y` at `z`.
struct OpeningClaim {
    uint256 theta;
    uint256 psi;
    /// `2t` coordinates, least significant variable first.
    uint256[] z;
    uint256 y;
}

/// @notice A Groth16 proof in the precompiles' order.
struct Groth16Proof {
    uint256[2] a;
    uint256[2][2] b;
    uint256[2] c;
}

/// @notice OpenZeppelin multiproof of the changed leaves, ascending by tile. It serves the tree before and after.
struct TileMultiProof {
    bytes32[] proof;
    bool[] proofFlags;
}

/// @notice A set of changed tiles with the proof that they follow their rules.
struct Segment {
    uint256 tierId;
    /// Rules in place order: rank rules first, then the others, each part in policy order.
    RuleUse[] uses;
    /// Changed tiles in slot order: by place, ascending within a rule.
    uint256[] tiles;
    SegmentCommitments commitments;
    OpeningClaim claim;
    /// First public signal of the circuit: the transcript's public fork.
    uint256 h;
    Groth16Proof groth16;
    MercuryProof mercury;
    TileMultiProof multiProof;
}

/// @notice A fine-tune: the segments lead from the base's Merkle root to the tuned model's.
struct CertifyParams {
    bytes32 baseModelId;
    bytes32 policyId;
    bytes32 tunedMerkleRoot;
    Segment[] segments;
}

/// @notice The SRS points of openings: `[τ]_1`, `[τ]_2` and the blinding generator `[β]_1`.
struct SrsPoints {
    G1Point tau1;
    G1Point blindingBase;
    G2Point tau2;
}

/// @notice A registered model.
struct ModelRecord {
    bytes32 manifestHash;
    bytes32 merkleRoot;
    /// Whoever registered the model, or the first certificate that leads to it. No claim of authorship.
    address registrant;
    uint8 t;
    uint32 tileCount;
    uint48 registeredAt;
}

/// @notice A registered certificate.
struct CertificateRecord {
    /// Who sent the certificate; its proofs are bound to this address.
    address publisher;
    /// Seconds since 1970, the block's.
    uint48 registeredAt;
    uint48 blockNumber;
    bytes32 baseModelId;
    bytes32 tunedModelId;
    bytes32 policyId;
}

/// @title Registry of fine-tunes whose drift from a base model is proven to stay within a policy
/// @notice Append-only and without an owner: nobody, the deployer included, can change or remove a record. All
/// records are content-addressed. Hashes are `keccak256(abi.encode(…))`.
interface IDriftRegistry {
    // --- Construction ---

    /// @notice A verifier address without code.
    error VerifierHasNoCode(uint256 tierId, address verifier);
    /// @notice A tier that was configured twice.
    error TierConfiguredTwice(uint256 tierId);
    /// @notice SRS points at infinity, or a `τ` that differs between the groups.
    error InvalidSrs();

    // --- Models and policies ---

    /// @notice A model of another SRS.
    error SrsMismatch(bytes32 expected, bytes32 actual);
    /// @notice `t` or `tileCount` is 0.
    error InvalidModelShape(uint256 t, uint256 tileCount);
    error ModelAlreadyRegistered(bytes32 modelId);
    error UnknownModel(bytes32 modelId);
    error PolicyAlreadyRegistered(bytes32 policyId);
    error UnknownPolicy(bytes32 policyId);
    /// @notice The policy is about another base than the certificate.
    error PolicyOfOtherBase(bytes32 expected, bytes32 actual);
    error PolicyHasNoRule();
    /// @notice A rule that covers no tile, or begins before the end of the rule before it.
    error RuleTilesOutOfOrder(uint256 ruleIndex, uint256 firstTile, uint256 tileCount);
    /// @notice A rule that ends after the model's last tile.
    error RuleBeyondModel(uint256 ruleIndex, uint256 tilesEnd, uint256 modelTileCount);
    /// @notice A grid or shift without a rank, a grid that does not divide the tiles, or a shift above 40.
    error InvalidRankRule(uint256 ruleIndex, uint256 maxRank, uint256 gridCols, uint256 shift);
    /// @notice `maxNonzeros >= 2^40` or `maxResidualSq >= 2^100`.
    error BoundTooLarge(uint256 ruleIndex, uint256 bound, uint256 bits);

    // --- Segments ---

    error NoSegments();
    /// @notice No verifier is configured for the tier.
    error TierNotSupported(uint256 tierId);
    /// @notice A tier of other tiles than the model's.
    error TierTileSizeMismatch(uint256 tierId, uint256 tierT, uint256 modelT);
    /// @notice No rule, or more than the tier holds.
    error RuleCountOutOfRange(uint256 count, uint256 maxRules);
    error UnknownRule(uint256 ruleIndex, uint256 ruleCount);
    /// @notice A rule's budget counts once over all segments of a certificate.
    error RuleUsedTwice(uint256 ruleIndex);
    /// @notice Rank rules come first, each part in policy order.
    error RuleOutOfOrder(uint256 place, uint256 ruleIndex);
    error TooManyRankRules(uint256 maxRankRules);
    error RankAboveTier(uint256 ruleIndex, uint256 rank, uint256 tierMaxRank);
    /// @notice A rank rule contributes all its tiles or none.
    error RankRuleIncomplete(uint256 ruleIndex, uint256 expectedTiles, uint256 actualTiles);
    /// @notice The rank rules need more row or column panels than the tier's factor polynomials hold.
    error TooManyPanels(uint256 rowPanels, uint256 colPanels, uint256 maxPanels);
    /// @notice A rule place without a tile.
    error RuleUseEmpty(uint256 ruleIndex);
    /// @notice The rule places' tile counts do not add up to the tiles of the segment.
    error TileCountMismatch(uint256 expected, uint256 actual);
    /// @notice More changed tiles than the tier's slots.
    error TooManyTiles(uint256 count, uint256 slots);
    /// @notice A tile that is outside its rule or does not increase.
    error TileOutOfOrder(uint256 slot, uint256 tile);
    /// @notice As many base as tuned commitments as tiles, and one mask for every slot whose rule allows nonzeros.
    error CommitmentCountMismatch(uint256 expected, uint256 actual);
    /// @notice Factors without a rank rule must be `(0, 0)`.
    error UnexpectedFactors();
    /// @notice A point `z` of other length than the tile's number of variables.
    error PointLengthMismatch(uint256 expected, uint256 actual);
    /// @notice The base tiles do not belong to the model before the segment.
    error BaseRootMismatch(uint256 segment, bytes32 expected, bytes32 actual);
    /// @notice No commitment of the segment differs from the base's.
    error SegmentChangesNothing(uint256 segment);
    /// @notice The last segment does not end at the tuned model's root.
    error TunedRootMismatch(bytes32 expected, bytes32 actual);
    /// @notice The Groth16 proof is not valid for this statement: this chain, registry, sender, policy, these models.
    error InvalidGroth16Proof(uint256 segment);
    /// @notice The combined commitment does not open as the circuit's claim says.
    error InvalidOpening(uint256 segment);
    error CertificateAlreadyRegistered(bytes32 certificateId);
    error UnknownCertificate(bytes32 certificateId);

    // --- Events ---

    /// @notice A tier's verifier, fixed at construction.
    /// @param tierId Number of the tier.
    /// @param verifier Its Groth16 verifier.
    /// @param srsId SRS of all models of this registry.
    event VerifierConfigured(uint256 indexed tierId, address verifier, bytes32 srsId);

    /// @notice A model that certificates can start from, registered by itself or as the result of a certificate.
    /// @param modelId Of the model.
    /// @param registrant Who sent the transaction.
    /// @param manifestHash keccak256 of the canonical manifest.
    /// @param t log2 of a tile's side.
    /// @param tileCount Number of tiles.
    /// @param merkleRoot Root over the tiles' commitments.
    event ModelRegistered(
        bytes32 indexed modelId,
        address indexed registrant,
        bytes32 indexed manifestHash,
        uint256 t,
        uint256 tileCount,
        bytes32 merkleRoot
    );

    /// @notice Where somebody says that a manifest can be found. Its hash must be the model's `manifestHash`, whoever
    /// published the address.
    /// @param modelId Of the model.
    /// @param publisher Who says so.
    /// @param manifestURI The address.
    event ManifestPublished(bytes32 indexed modelId, address indexed publisher, string manifestURI);

    /// @notice A policy that certificates can refer to.
    /// @param policyId Of the policy.
    /// @param baseModelId The base that it is about.
    /// @param registrant Who sent the transaction.
    /// @param rules Sorted by tile, disjoint.
    event PolicyRegistered(
        bytes32 indexed policyId,
        bytes32 indexed baseModelId,
        address indexed registrant,
        Rule[] rules
    );

    /// @notice A fine-tune was proven to follow a policy.
    /// @param tunedModelId Of the fine-tune.
    /// @param baseModelId Of its base.
    /// @param policyId Of the policy.
    /// @param certificateId Of the certificate.
    /// @param publisher Who sent it; its proofs are bound to this address.
    /// @param segmentCount Number of segment proofs.
    /// @param changedTiles Tiles that are not frozen, over all segments.
    event CertificateRegistered(
        bytes32 indexed tunedModelId,
        bytes32 indexed baseModelId,
        bytes32 indexed policyId,
        bytes32 certificateId,
        address publisher,
        uint256 segmentCount,
        uint256 changedTiles
    );

    // --- Writing ---

    /// @notice Registers a model that certificates can start from.
    /// @param srsId SRS of the commitments; must be the registry's.
    /// @param parts Shape, manifest hash and root. Not checked against any weights: recompute the id from them.
    /// @param manifestURI Where the manifest can be found; may be empty.
    /// @return modelId Of the model.
    function registerModel(
        bytes32 srsId,
        ModelParts calldata parts,
        string calldata manifestURI
    ) external returns (bytes32 modelId);

    /// @notice Says where a registered model's manifest can be found. Anybody can, so that nobody can occupy it.
    /// @param modelId Of the model.
    /// @param manifestURI The address.
    function publishManifest(bytes32 modelId, string calldata manifestURI) external;

    /// @notice Registers a policy. Tiles in no rule are frozen. The registry does not read manifests: that a rule's
    /// tiles share one scale, and that a rank rule covers exactly one tensor's grid, is for its readers to check.
    /// @param baseModelId The base, registered.
    /// @param rules At least one; sorted by tile, disjoint, within the base's tiles.
    /// @return policyId Of the policy.
    function registerPolicy(bytes32 baseModelId, Rule[] calldata rules) external returns (bytes32 policyId);

    /// @notice Verifies and registers a fine-tune of the sender. Registers the tuned model too if it is new.
    /// @param params The fine-tune, its policy and its segment proofs.
    /// @return certificateId Of the certificate.
    function certify(CertifyParams calldata params) external returns (bytes32 certificateId);

    // --- Reading ---

    /// @notice Whether that publisher's certificate is registered.
    /// @param publisher Who sent it.
    /// @param baseModelId Of the base.
    /// @param tunedModelId Of the fine-tune.
    /// @param policyId Of the policy.
    /// @return isRegistered Whether it is.
    function isCertified(
        address publisher,
        bytes32 baseModelId,
        bytes32 tunedModelId,
        bytes32 policyId
    ) external view returns (bool isRegistered);

    /// @notice A certificate. Reverts with `UnknownCertificate`.
    /// @param certificateId Of the certificate.
    /// @return record What the registry keeps of it.
    function certificate(bytes32 certificateId) external view returns (CertificateRecord memory record);

    /// @notice A model. Reverts with `UnknownModel`.
    /// @param modelId Of the model.
    /// @return record What the registry keeps of it.
    function model(bytes32 modelId) external view returns (ModelRecord memory record);

    /// @notice A policy. Reverts with `UnknownPolicy`.
    /// @param policyId Of the policy.
    /// @return baseModelId The base that it is about.
    /// @return rules Sorted by tile, disjoint.
    function policy(bytes32 policyId) external view returns (bytes32 baseModelId, Rule[] memory rules);

    /// @notice The Groth16 verifier of a tier.
    /// @param tierId Number of the tier.
    /// @return verifier Zero if the tier is not supported.
    function verifierOf(uint256 tierId) external view returns (address verifier);

    /// @notice Names the SRS in model ids.
    /// @return id `keccak256(abi.encode(τ1, β1, τ2))`.
    function srsId() external view returns (bytes32 id);
}
