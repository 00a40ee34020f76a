internal import Posix

/// Prints a line at once, in place of Swift's own, which keeps lines back when they go into a file: a benchmark takes
/// minutes, and one that ends with an error must have said what it measured.
func print(_ items: Any...) {
    ThisProcess.print(items.map { "\($0)" }.joined(separator: " "))
}
