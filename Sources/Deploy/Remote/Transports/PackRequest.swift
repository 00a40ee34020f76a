internal import GitFiles
internal import GitObjects
internal import GitProtocol
internal import Telemetry

/// What to fetch, in terms that every transport understands.
struct PackRequest {
    /// The objects.
    var objects: [ObjectID]
    /// Complete commits that we have, newest first.
    var haves: [ObjectID]
    /// The commits at which our history ends, in the order of their names.
    var shallow: [ObjectID]
    /// How many commits of history; nil leaves it as it is.
    var depth: Int?
    /// What to leave out.
    var filter: ObjectFilter
    /// How much may come at most.
    var limits = PackLimits()
    /// Whether deltas may come without what they are made against.
    var acceptsThinPack = true
}

/// What a fetch brought.
struct PackSummary {
    var objects = 0
    var bytes = 0

    init(_ pack: PackProgress?) {
        guard let pack else { return }
        objects = pack.receivedObjects
        bytes = Int(clamping: pack.receivedBytes)
    }
}

extension RemoteError {
    /// The same failure with advice, where it may come from a wish that the server never said it would grant: some
    /// servers break off instead of refusing.
    func explained(by request: FetchRequest, to offer: Advertisement) -> RemoteError {
        guard hint == nil, kind == .server || kind == .malformed else { return self }
        for case .unlistedWants(let ids) in request.unmetNeeds(by: offer) {
            return RemoteError(
                .missingReference, operation, "\(message); \(FetchRequest.UnmetNeed.unlistedWants(ids))",
                hint: "name a branch or tag in --ref, or allow reachable commits on the server "
                    + "(in git: uploadpack.allowReachableSHA1InWant)", cause: cause)
        }
        return self
    }
}

extension PackRequest {
    /// The request to send to a server, less what it does not offer and we can do without.
    ///
    /// A server that `keepsToTips` gives out only what it listed; over HTTP, where each request stands alone, none does.
    func request(for offer: Advertisement, keepsToTips: Bool, _ logger: Logger) -> FetchRequest {
        var request = FetchRequest(
            wants: objects, haves: haves, shallow: shallow, depth: depth, filter: filter.specification)
        // Completing a thin pack costs libgit2 a pass over its deltas for every missing base, so one is not asked for
        // where whole objects for what changed are all that is saved. With a depth more is at stake: only for a thin
        // pack a server leaves out what the trees of the commits that we have and the new one have in common.
        request.acceptsThinPack = acceptsThinPack && depth != nil && !haves.isEmpty && request.filter == nil
        if keepsToTips, request.filter != nil, !offer.acceptsUnlistedWants {
            logger.warning(
                "the server gives out only what a branch or tag names, so that what --filter leaves out could not be had "
                    + "later; it has no effect",
                [
                    "filter": "\(filter.specification ?? "")",
                    "advice": "set uploadpack.allowAnySHA1InWant on the server, or have it accept GIT_PROTOCOL",
                ])
            request.filter = nil
        }
        for need in request.unmetNeeds(by: offer) {
            switch need {
            case .filter:
                logger.warning(
                    "the server cannot leave files out; --filter has no effect",
                    ["filter": "\(filter.specification ?? "")"])
                request.filter = nil
            case .unlistedWants:
                // Servers give out more than they list, so this one is asked; its refusal comes with advice.
                break
            case .shallow:
                // Without a limit asked for, the ends of our own history are all that the server cannot be told.
                break
            }
        }
        return request
    }
}
