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

/// A whole number with its thousands apart: `1,234,567`.
public func groupedText(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    var text = number < 0 ? "-" : ""
    for (place, digit) in digits.enumerated() {
        if place > 0, (digits.count - place).isMultiple(of: 3) { text += "," }
        text.append(digit)
    }
    return text
}
