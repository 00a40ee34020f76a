import Posix
import Testing

@Suite("The house") struct FloorTests {
    @Test("a module uses only what stands above it") func placeholder() {}
}
