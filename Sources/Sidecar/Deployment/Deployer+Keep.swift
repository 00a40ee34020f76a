internal import GitStore
internal import Posix
internal import Releases

extension Deployer {
    /// Puts away the release that was replaced; what may be gone back to stays in the store.
    func keep(_ former: Release?) throws {
    }
}
