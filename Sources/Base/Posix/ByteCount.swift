/// Bytes as people read them: `512 bytes`, `1.5 KiB`, `20 MiB`.
public func bytesText(_ bytes: UInt64) -> String {
    if bytes < 1024 { return bytes == 1 ? "1 byte" : "\(bytes) bytes" }
    var value = Double(bytes) / 1024
    var units = ["KiB", "MiB", "GiB", "TiB"][...]
    while value >= 1024, units.count > 1 {
        value /= 1024
        units = units.dropFirst()
    }
    let tenths = Int((value * 10).rounded(.down))
    let text = tenths < 100 && tenths % 10 > 0 ? "\(tenths / 10).\(tenths % 10)" : "\(tenths / 10)"
    return "\(text) \(units.first ?? "")"
}
