import FuzzSupport
import GitProtocol

@main
enum FuzzAdvertisement {
    static func main() { runFuzzer(fuzz) }
}

/// Called by the fuzzer with bytes to read as a server's first answer.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = FuzzInput(data, count)
    requireSame { greeting(input, whole: $0) }
    return 0
}

private struct Outcome: Equatable {
    var advertisement: Advertisement?
    var error: ProtocolError.Code?
}

private func greeting(_ input: FuzzInput, whole: Bool) -> Outcome {
    let filter = input.choice & 2 == 0 ? nil : ReferenceFilter(names: ["HEAD", "refs/heads/main", "refs/tags/v1.0"])
    var parser = AdvertisementParser(
        transport: input.choice & 1 == 0 ? .http : .stream, filter: filter, limits: ListingLimits(kept: 5))
    do {
        try input.feed(whole: whole) { try parser.read($0) }
        let offer = try parser.finish()
        for name in ["HEAD", "main", "v1.0"] {
            _ = try? offer.resolve(RefQuery(name)).commit
        }
        _ = offer.agent
        return Outcome(advertisement: offer)
    } catch {
        _ = "\(error)"
        return Outcome(error: (error as? ProtocolError)?.code)
    }
}
