import { rootOfTiles } from "../commitment/tile-tree.js";
import type { Hex } from "../algebra/hex.js";
import { InputError, UnavailableError } from "../errors/errors.js";
import { TIERS, type Tier } from "../protocol/tiers.js";
import { contradiction } from "./check-record.js";
import type { DriftRegistryClient } from "./client.js";
import { findSentCertificates, type SentCertificate, type SentSegment } from "./decode-calldata.js";
import { certificateId } from "../certificate/certificate-id.js";
import type { RegisteredCertificate } from "./records.js";
import { routeId } from "./verifying-key.js";
import type { SentOnChain } from "../certificate/certificate.js";
import type { WrappedSegment } from "../segment/wrapped-segment.js";
import type { TrustAnchors } from "../segment/trust-anchors.js";

export interface FetchCertificateInput {
  readonly registry: DriftRegistryClient;
  readonly certificateId: Hex;
  /** Tell the tier of a segment by its verifying key. */
  readonly anchors: TrustAnchors;
  /** Whether their keys are those of a development setup. */
  readonly insecure: boolean;
}

/** A certificate that was put together again from the transaction that registered it. Its proof is not checked here. */
export interface FetchedCertificate {
  readonly certificate: SentOnChain;
  readonly registered: RegisteredCertificate;
  readonly transactionHash: Hex;
}

/**
 * Reads a certificate from its chain. That it is the one with that id does not rest on the node's word: the id is
 * computed from what the transaction holds. What does: that it is registered, and what has become of it.
 *
 * `undefined` if nobody registered it. Throws `UnavailableError` if the node does not have it, contradicts itself, or the
 * calldata is not to be found (as where the call was made by a contract that did not get it whole), and if a
 * verifying key is not among the anchors'; `RegistryError`.
 */
export async function fetchCertificate(input: FetchCertificateInput): Promise<FetchedCertificate | undefined> {
  const { registry, certificateId: id, anchors, insecure } = input;
  const srsId = await registry.srsId();
  if (srsId !== anchors.srsId) {
    throw new UnavailableError(`the registry's models are committed under the SRS ${srsId}, not ${anchors.srsId}`, {
      remedy: "Use the setup that the registry's certificates are made with.",
    });
  }
  const registered = await registry.getCertificate(id);
  const registration = await registry.findRegistration(id);
  if (registered === undefined || registration === undefined) return undefined;
  const policy = await registry.getPolicy(registered.policyId);
  if (policy === undefined) throw contradiction(`certificate ${id}`, `it has no policy ${registered.policyId}`);
  const { publisher } = registered;
  const place = { chainId: await registry.chainId(), registry: registry.address, publisher };
  const sent = findSentCertificates(registration.calldata).find(
    (each) => certificateId({ ...place, ...partsOf(each, anchors), policy }) === id,
  );
  if (sent === undefined) {
    throw new UnavailableError(`the calldata of certificate ${id} is not in its transaction`, {
      remedy:
        "Either a contract sent it and made the calldata itself, or the RPC node's answer is false: try another RPC " +
        "node.",
    });
  }
  const classes = await registry.getClasses(registered.policyId, sent.base);
  if (classes === undefined) throw contradiction(`policy ${registered.policyId}`, "it has not been registered");
  const segments = segmentsOf(id, sent, anchors);
  const certificate = { ...place, ...partsOf(sent, anchors), policy, classes, insecure, segments };
  return { certificate, registered, transactionHash: registration.transactionHash };
}

/** Both models. */
function partsOf(
  { base, tunedMerkleRoot }: SentCertificate,
  { srsId }: TrustAnchors,
): Pick<SentOnChain, "base" | "tuned"> {
  const parts = { srsId, ...base };
  return { base: parts, tuned: { ...parts, merkleRoot: tunedMerkleRoot } };
}

function segmentsOf(id: Hex, { segments }: SentCertificate, anchors: TrustAnchors): WrappedSegment[] {
  return segments.map(({ routeId: route, ...segment }) => {
    const tierId = tierOfRoute(route, anchors).id;
    try {
      return { ...segment, tierId, nextMerkleRoot: nextRoot(segment) };
    } catch (error) {
      if (error instanceof InputError) throw contradiction(`certificate ${id}`, error.shortMessage);
      throw error;
    }
  });
}

/** The tier whose key among the anchors' gives the route. */
function tierOfRoute(route: Hex, { verifyingKey }: TrustAnchors): Tier {
  const tier = Object.values(TIERS).find((each) => {
    const key = verifyingKey(each);
    return key !== undefined && routeId(each, key) === route;
  });
  if (tier !== undefined) return tier;
  throw new UnavailableError(`it was proven with a verifying key (route ${route}) that is not in your setup`, {
    remedy: "Use the setup that the registry's certificates are made with.",
  });
}

function nextRoot({ tiles, commitments, multiProof }: Omit<SentSegment, "routeId">): Hex {
  const ascending = tiles.map((tile, slot) => ({ tile, slot })).sort((a, b) => a.tile - b.tile);
  const [order, tuned] = [ascending.map(({ tile }) => tile), ascending.map(({ slot }) => commitments.tuned[slot])];
  return rootOfTiles(order, tuned, multiProof);
}
