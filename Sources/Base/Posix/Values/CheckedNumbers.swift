// Arithmetic for numbers that come from outside. Swift's own operators end the process where a result does not fit, and
// such a number would do so again after each restart.

extension FixedWidthInteger {
    /// The sum; where it does not fit, the greatest or the smallest number that does.
    public func addingSaturated(_ other: Self) -> Self {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? (other < 0 ? .min : .max) : sum
    }

    /// The product; where it does not fit, the greatest or the smallest number that does.
    public func multipliedSaturated(by other: Self) -> Self {
        let (product, overflows) = multipliedReportingOverflow(by: other)
        return overflows ? ((self < 0) == (other < 0) ? .max : .min) : product
    }

    /// A number without its fraction; where it does not fit, the greatest or the smallest that does.
    ///
    /// What is no number is 0.
    public init(saturating value: Double) {
        if value.isNaN {
            self = 0
        } else {
            self = Self(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
        }
    }
}
