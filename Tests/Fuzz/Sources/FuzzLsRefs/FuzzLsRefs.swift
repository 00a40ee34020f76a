import FuzzSupport
import GitProtocol

@main
enum FuzzLsRefs {
    static func main() { runFuzzer(fuzz) }
}

/// Called by the fuzzer with bytes to read as a list of references.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = FuzzInput(data, count)
    requireSame { listing(input, whole: $0) }
    return 0
}

private struct Outcome: Equatable {
    var listing: ReferenceListing?
    var error: ProtocolError.Code?
}

private func listing(_ input: FuzzInput, whole: Bool) -> Outcome {
    let filter = input.choice & 1 == 0 ? nil : ReferenceFilter(names: ["HEAD", "refs/heads/main", "refs/tags/v1.0"])
    var parser = LsRefsParser(filter: filter, limits: ListingLimits(kept: 5))
    do {
        try input.feed(whole: whole) { try parser.read($0) }
        let listing = try parser.finish()
        for name in ["HEAD", "main", "v1.0"] {
            _ = try? RefQuery(name).resolve(in: listing).commit
        }
        return Outcome(listing: listing)
    } catch {
        _ = "\(error)"
        return Outcome(error: (error as? ProtocolError)?.code)
    }
}
