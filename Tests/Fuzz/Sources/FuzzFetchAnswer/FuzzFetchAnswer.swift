import FuzzSupport
import GitProtocol

@main
enum FuzzFetchAnswer {
    static func main() { runFuzzer(fuzz) }
}

/// Called by the fuzzer with bytes to read as the answer to a fetch.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = FuzzInput(data, count)
    requireSame { answer(input, whole: $0) }
    return 0
}

private struct Outcome: Equatable {
    var pack: [UInt8] = []
    var progress: [ServerProgress] = []
    var ends: [String] = []
    var isComplete = false
    var error: ProtocolError.Code?
}

private func answer(_ input: FuzzInput, whole: Bool) -> Outcome {
    let formats: [FetchResponseParser.Format] = [
        .sections, .lines(isMultiplexed: true), .lines(isMultiplexed: false), .sections,
    ]
    var parser = FetchResponseParser(formats[Int(input.choice & 3)])
    var outcome = Outcome()
    do {
        try input.feed(whole: whole) { bytes in
            let wasComplete = parser.isComplete
            try parser.read(
                bytes,
                onPack: { part in
                    precondition(part.count > 0 && !wasComplete)
                    for index in 0..<part.count { outcome.pack.append(part[index]) }
                }, onProgress: { outcome.progress.append($0) })
        }
        try parser.finish()
    } catch {
        _ = "\(error)"
        outcome.error = (error as? ProtocolError)?.code
    }
    precondition(parser.packBytes == UInt64(outcome.pack.count))
    outcome.ends = (parser.shallow + parser.unshallow).map(\.description)
    outcome.isComplete = parser.isComplete
    return outcome
}
