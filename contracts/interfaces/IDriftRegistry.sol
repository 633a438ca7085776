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
    /// Flag `i` is bit `i mod 256` of word `i / 256`; there are as many as leaves and siblings less one.
    uint256[] proofFlags;
}

/// @notice A set of changed tiles with the proof that they follow their rules.
struct Segment {
    /// The verifying key of the proof, and with it the tier.
    bytes32 routeId;
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

/// @notice Where more about a model, policy or certificate can be found.
struct Metadata {
    /// Empty for none.
    string uri;
    /// Of what is there; how it is hashed is the publisher's business (a manifest: keccak256).
    bytes32 contentHash;
}

/// @notice A fine-tune: the segments lead from the base's Merkle root to the tuned model's.
struct CertifyParams {
    ModelParts base;
    bytes32 policyId;
    bytes32 tunedMerkleRoot;
    /// Seconds since 1970; 0 for never. Not valid from this second on.
    uint40 expiresAt;
    /// Announced for the certificate unless the address is empty.
    Metadata metadata;
    Segment[] segments;
}

/// @notice The SRS points of openings: `[τ]_1`, `[τ]_2` and the blinding generator `[β]_1`.
struct SrsPoints {
    G1Point tau1;
    G1Point blindingBase;
    G2Point tau2;
}

/// @notice A verifying key that certificates can be proven with.
struct RouteRecord {
    uint256 tierId;
    address verifier;
    /// Takes no new certificates.
    bool isFrozen;
}

/// @notice A registered model. What its id is made of is in `ModelRegistered`.
struct ModelRecord {
    /// Whoever registered the model, or the first certificate that leads to it. No claim of authorship.
    address registrant;
    /// Seconds since 1970, the block's.
    uint40 registeredAt;
    uint8 t;
    uint32 tileCount;
    /// Only publishers that the registrant allows can certify from it.
    bool isRestricted;
    /// The certificate by which the model has a parent; 0 without one.
    bytes32 parentCertificateId;
}

/// @notice What has become of a certificate.
enum Status {
    None,
    Active,
    Expired,
    Superseded,
    Revoked
}

/// @notice A registered certificate.
struct CertificateRecord {
    /// Who the proofs are bound to.
    address publisher;
    /// Seconds since 1970, the block's.
    uint40 registeredAt;
    /// 0 for never.
    uint40 expiresAt;
    Status status;
    bytes32 baseModelId;
    bytes32 policyId;
}

/// @notice A model on the way from a fine-tune up to its oldest known ancestor.
struct Ancestor {
    bytes32 modelId;
    /// The certificate that leads from it to the model before it in the list.
    bytes32 certificateId;
    /// Of that certificate.
    Status status;
}

/// @notice How far tiles can be from an ancestor's, as sums over the certificates between them.
struct DriftInterval {
    uint256 firstTile;
    uint256 tileCount;
    /// Of the low-rank part; the largest integer for no bound, where certificates bound the ranks of different matrices.
    uint256 maxRank;
    uint256 maxNonzeros;
    /// L2 norm of the rest, in units of `2^-(fractionBits + 40)`, rounded up. A rule's whole budget, though the interval may
    /// be a part of its tiles.
    uint256 maxNorm;
}

/// @title Registry of fine-tunes whose drift from a base model is proven to stay within a policy
/// @notice Append-only: nobody can change or remove a record, but that publishers revoke and supersede their own
/// certificates. All records are content-addressed. Hashes are `keccak256(abi.encode(…))`. Everything that readers
/// need is in the events; the storage holds what the registry itself and other contracts need.
interface IDriftRegistry {
    // --- Verifying keys ---

    /// @notice A verifier address without code.
    error VerifierHasNoCode(uint256 tierId, address verifier);
    /// @notice The same key for the same tier is there already, frozen or not.
    error RouteAlreadyAdded(bytes32 routeId);
    error UnknownRoute(bytes32 routeId);
    /// @notice Was frozen; nothing thaws it.
    error RouteIsFrozen(bytes32 routeId);
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

    // --- Certificates and who acts for whom ---

    error CertificateAlreadyRegistered(bytes32 certificateId);
    error UnknownCertificate(bytes32 certificateId);
    /// @notice The certificate was revoked or superseded before, or has expired.
    error CertificateNotActive(bytes32 certificateId, Status status);
    /// @notice Only a certificate's publisher can do this.
    error NotThePublisher(bytes32 certificateId, address publisher);
    /// @notice The certificate would never be valid.
    error ExpiresTooEarly(uint256 expiresAt, uint256 now_);
    /// @notice A certificate can only be superseded by another one from the same base.
    error SupersededByOtherBase(bytes32 expected, bytes32 actual);
    /// @notice The base is restricted, and its registrant has not allowed this publisher.
    error NotAllowedToDerive(bytes32 modelId, address publisher);
    /// @notice Only a model's registrant can do this.
    error NotTheRegistrant(bytes32 modelId, address registrant);
    /// @notice The model is open to everybody, for good.
    error ModelNotRestricted(bytes32 modelId);
    error SignatureExpired(uint256 deadline);
    /// @notice Not signed by the publisher, for another nonce, or for something else.
    error InvalidSignature(address publisher);

    // --- Lineage ---

    /// @notice No certificate of the path leads to the next one's base.
    error PathBroken(uint256 index, bytes32 certificateId);
    /// @notice The ancestor is not found among so many.
    error NotAnAncestor(bytes32 modelId, bytes32 ancestorId);
    /// @notice The model's parent certificate is still active, or would make the model its own ancestor.
    error ParentNotReplaced(bytes32 modelId);

    // --- Segments ---

    error NoSegments();
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
    /// @notice Not as many flags or siblings as the tree needs, or in an impossible order.
    error InvalidMultiproof();
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

    // --- Events ---

    /// @notice A verifying key that certificates can be proven with from now on.
    /// @param routeId `keccak256(abi.encode(protocolVersion, tierId, verifyingKeyHash))`.
    /// @param tierId Number of the tier.
    /// @param verifier Its contract.
    /// @param verifyingKeyHash As the verifier says.
    event RouteAdded(bytes32 indexed routeId, uint256 indexed tierId, address verifier, bytes32 verifyingKeyHash);

    /// @notice No certificate is registered with this verifying key any more. Those before are what they were.
    /// @param routeId Of the key.
    event RouteFrozen(bytes32 indexed routeId);

    /// @notice A model that certificates can start from, registered by itself or as the result of a certificate.
    /// @param modelId Of the model.
    /// @param registrant Who sent the transaction, or the certificate's publisher.
    /// @param manifestHash keccak256 of the canonical manifest.
    /// @param t log2 of a tile's side.
    /// @param tileCount Number of tiles.
    /// @param merkleRoot Root over the tiles' commitments.
    /// @param isRestricted Whether only publishers that the registrant allows can certify from it.
    event ModelRegistered(
        bytes32 indexed modelId,
        address indexed registrant,
        bytes32 indexed manifestHash,
        uint256 t,
        uint256 tileCount,
        bytes32 merkleRoot,
        bool isRestricted
    );

    /// @notice Who may certify from a restricted model.
    /// @param modelId Of the model.
    /// @param publisher Whom this is about.
    /// @param isAllowed Whether from now on.
    event DeriverSet(bytes32 indexed modelId, address indexed publisher, bool isAllowed);

    /// @notice A certificate by which a model has a parent, the certificate's base.
    /// @param modelId Of the model.
    /// @param certificateId Of the certificate.
    event ParentSet(bytes32 indexed modelId, bytes32 indexed certificateId);

    /// @notice What somebody says about a model, policy or certificate.
    /// @param subjectId Of that.
    /// @param publisher Who says so.
    /// @param contentHash Of what is at the address. For a model's manifest, whoever says where it is, its `manifestHash`.
    /// @param uri The address.
    event MetadataPublished(
        bytes32 indexed subjectId,
        address indexed publisher,
        bytes32 indexed contentHash,
        string uri
    );

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
    /// @param certificateId Of the certificate.
    /// @param publisher Who its proofs are bound to.
    /// @param policyId Of the policy.
    /// @param expiresAt Seconds since 1970; 0 for never.
    /// @param changedTiles Tiles that are not frozen, over all segments.
    /// @param routeIds The verifying key of each segment.
    event CertificateRegistered(
        bytes32 indexed tunedModelId,
        bytes32 indexed baseModelId,
        bytes32 indexed certificateId,
        address publisher,
        bytes32 policyId,
        uint256 expiresAt,
        uint256 changedTiles,
        bytes32[] routeIds
    );

    /// @notice Follows `CertificateRegistered`, so that certificates are found by publisher and by policy too.
    /// @param publisher Who its proofs are bound to.
    /// @param policyId Of the policy.
    /// @param certificateId Of the certificate.
    event CertificatePublished(address indexed publisher, bytes32 indexed policyId, bytes32 indexed certificateId);

    /// @notice A certificate is not valid any more, by its publisher's will.
    /// @param certificateId Of the certificate.
    event CertificateRevoked(bytes32 indexed certificateId);

    /// @notice Why the certificates of the `CertificateRevoked` right before it were revoked.
    /// @param publisher Of all of them.
    /// @param count How many they are.
    /// @param reason In the publisher's words.
    event RevocationExplained(address indexed publisher, uint256 count, string reason);

    /// @notice A certificate gave way to another one, by its publisher's will.
    /// @param oldId Of the certificate that is not valid any more.
    /// @param newId Of the other one.
    event CertificateSuperseded(bytes32 indexed oldId, bytes32 indexed newId);

    // --- Writing ---

    /// @notice Registers a model that certificates can start from. Whoever registers an open model should do so before
    /// announcing it: somebody else could register it first, as restricted.
    /// @param srsId SRS of the commitments; must be the registry's.
    /// @param parts Shape, manifest hash and root. Not checked against any weights: recompute the id from them.
    /// @param isRestricted Whether only publishers that the sender allows can certify from it; for good.
    /// @param manifestURI Where the manifest can be found; may be empty.
    /// @return modelId Of the model.
    function registerModel(
        bytes32 srsId,
        ModelParts calldata parts,
        bool isRestricted,
        string calldata manifestURI
    ) external returns (bytes32 modelId);

    /// @notice Allows or forbids a publisher to certify from a restricted model of the sender. Certificates that are
    /// registered stay. Models that result from them are not restricted.
    /// @param modelId Of the model.
    /// @param publisher Whom this is about.
    /// @param isAllowed Whether from now on.
    function setDeriver(bytes32 modelId, address publisher, bool isAllowed) external;

    /// @notice Says where more about a subject can be found. Anybody can, about anything: look at who says it.
    /// @param subjectId Of a model, policy or certificate.
    /// @param metadata Address and content hash.
    function publishMetadata(bytes32 subjectId, Metadata calldata metadata) external;

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

    /// @notice As `certify` for several fine-tunes in this order; all or none. The result of one can be the base of the
    /// next if its policy is registered.
    /// @param params The fine-tunes.
    /// @return certificateIds Of the certificates.
    function certifyMany(CertifyParams[] calldata params) external returns (bytes32[] memory certificateIds);

    /// @notice As `certify` for a publisher who signed `Certify(address publisher,bytes32 baseModelId,bytes32
    /// tunedModelId,bytes32 policyId,uint256 expiresAt,string metadataURI,bytes32 metadataHash,uint256 nonce,uint256
    /// deadline)` (EIP-712; contracts by ERC-1271). The proofs are bound to the publisher, whoever sends them.
    /// @param params The fine-tune, its policy and its segment proofs.
    /// @param publisher Who signed.
    /// @param deadline Last second at which the signature counts.
    /// @param signature Of the publisher, for the current `nonces(publisher)`.
    /// @return certificateId Of the certificate.
    function certifyFor(
        CertifyParams calldata params,
        address publisher,
        uint256 deadline,
        bytes calldata signature
    ) external returns (bytes32 certificateId);

    /// @notice Ends certificates of the sender, for good. All or none.
    /// @param certificateIds Of the certificates; expired and superseded ones too.
    /// @param reason In words.
    function revoke(bytes32[] calldata certificateIds, string calldata reason) external;

    /// @notice As `revoke` for a publisher who signed `Revoke(address publisher,bytes32[] certificateIds,string
    /// reason,uint256 nonce,uint256 deadline)` (EIP-712; contracts by ERC-1271).
    /// @param certificateIds Of the certificates.
    /// @param reason In words.
    /// @param publisher Who signed.
    /// @param deadline Last second at which the signature counts.
    /// @param signature Of the publisher, for the current `nonces(publisher)`.
    function revokeFor(
        bytes32[] calldata certificateIds,
        string calldata reason,
        address publisher,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Ends a certificate of the sender in favour of another one of the sender, from the same base.
    /// @param oldId Active.
    /// @param newId Active.
    function supersede(bytes32 oldId, bytes32 newId) external;

    /// @notice Makes an active certificate the one by which its tuned model has a parent, where that one is not active
    /// any more or there is none. Anybody can.
    /// @param certificateId Of the certificate.
    /// @param tunedModelId Where it leads to.
    function adoptParent(bytes32 certificateId, bytes32 tunedModelId) external;

    // --- Reading ---

    /// @notice Whether that publisher's certificate is active: registered, not expired, superseded or revoked.
    /// @param publisher Who its proofs are bound to.
    /// @param baseModelId Of the base.
    /// @param tunedModelId Of the fine-tune.
    /// @param policyId Of the policy.
    /// @return isActive Whether it is.
    function isCertified(
        address publisher,
        bytes32 baseModelId,
        bytes32 tunedModelId,
        bytes32 policyId
    ) external view returns (bool isActive);

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

    /// @notice Whether a publisher may certify from a model.
    /// @param modelId Of the model. Reverts with `UnknownModel`.
    /// @param publisher Whom this is about.
    /// @return isAllowed Whether the model is open, or theirs, or they are allowed.
    function mayDerive(bytes32 modelId, address publisher) external view returns (bool isAllowed);

    /// @notice Models on the way up from a model, by the certificates that gave them a parent, the nearest first. Such
    /// certificates can have ended since; their status says so.
    /// @param modelId Of the model. Reverts with `UnknownModel`.
    /// @param most How many at most.
    /// @return list Its length is the model's depth, if below `most`.
    function ancestors(bytes32 modelId, uint256 most) external view returns (Ancestor[] memory list);

    /// @notice How far a model can be from an ancestor, over the certificates by which `ancestors` are. All must be
    /// active.
    /// @param modelId Of the model.
    /// @param ancestorId Of the ancestor.
    /// @param most How many generations at most; else `NotAnAncestor`.
    /// @return intervals Ascending by tile; tiles in none are frozen.
    function driftFrom(
        bytes32 modelId,
        bytes32 ancestorId,
        uint256 most
    ) external view returns (DriftInterval[] memory intervals);

    /// @notice How far a model can be from the first certificate's base, over a path of active certificates.
    /// @param certificateIds From the oldest to the youngest; each leads to the base of the next.
    /// @param tunedModelId Where the last one leads to.
    /// @return intervals Ascending by tile; tiles in none are frozen.
    function accumulatedDrift(
        bytes32[] calldata certificateIds,
        bytes32 tunedModelId
    ) external view returns (DriftInterval[] memory intervals);

    /// @notice Whether a model is within a policy of an ancestor, for contracts that decide by it: the certificates by
    /// which it descends are active, and what they allow together is what the policy allows: ranks of the same matrices,
    /// nonzeros and norms added, no other tile. True for the ancestor itself; false if it is more than 64 generations away.
    /// @param modelId Of the model.
    /// @param ancestorId Of the ancestor, the policy's base.
    /// @param policyId Of the policy.
    /// @return isProven Whether it is.
    function isWithin(bytes32 modelId, bytes32 ancestorId, bytes32 policyId) external view returns (bool isProven);

    /// @notice A verifying key. Reverts with `UnknownRoute`.
    /// @param routeId Of the key.
    /// @return record Tier, verifier, and whether it is frozen.
    function route(bytes32 routeId) external view returns (RouteRecord memory record);

    /// @notice The verifying keys of a tier, the oldest first, frozen ones too.
    /// @param tierId Number of the tier.
    /// @return routeIds Of the keys.
    function routesOf(uint256 tierId) external view returns (bytes32[] memory routeIds);

    /// @notice Names the SRS in model ids.
    /// @return id `keccak256(abi.encode(τ1, β1, τ2))`.
    function srsId() external view returns (bytes32 id);
}
