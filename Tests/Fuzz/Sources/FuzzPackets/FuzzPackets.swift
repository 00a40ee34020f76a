import FuzzSupport
import GitProtocol

@main
enum FuzzPackets {
    static func main() { runFuzzer(fuzz) }
}

/// Called by the fuzzer with bytes to read as packets.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = FuzzInput(data, count)
    requireSame { packets(input, whole: $0, inParts: false) }
    requireSame { packets(input, whole: $0, inParts: true) }
    return 0
}

private func packets(_ input: FuzzInput, whole: Bool, inParts: Bool) -> [String] {
    var reader = PacketReader(operation: "fuzz")
    var result: [String] = []
    var part: [UInt8] = []
    do {
        try input.feed(whole: whole) { bytes in
            var position = 0
            while let event = try reader.next(of: bytes, at: &position, inParts: inParts) {
                switch event {
                case .packet(let range): result.append("\(range.map { bytes[$0] })")
                case .gatheredPacket: result.append("\(reader.gathered)")
                case .part(let range, _, let isLast):
                    part += range.map { bytes[$0] }
                    guard isLast else { continue }
                    result.append("\(part)")
                    part = []
                default: result.append("\(event)")
                }
            }
            precondition(position == bytes.count)
        }
        result.append(reader.isBetweenPackets ? "whole" : "cut")
    } catch {
        result.append("\((error as? ProtocolError)?.code.rawValue ?? "")")
    }
    return result
}
