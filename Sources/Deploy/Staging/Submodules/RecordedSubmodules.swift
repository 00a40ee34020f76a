internal import GitFiles
internal import GitObjects
package import GitStore
package import Layout
internal import Posix
package import Releases

extension ReleaseLayout {
    /// The submodules that a release was made with; nil where its record is lost and its commit may have some.
    package func recordedSubmodules(
        _ release: Release, _ objects: ObjectStore
    ) throws(ReleaseError) -> [SubmoduleCheckout]? {
        let head = try system { () throws(SystemError) in
            try self.record(of: release.commit).appending("HEAD").statusIfPresent()
        }
        if head != nil { return try submodules(of: release.commit) }
        let names = Array(".gitmodules".utf8)
        do throws(GitError) {
            let tree = try objects.commit(release.commit).tree
            return try objects.tree(tree).contains { $0.name == names } ? nil : []
        } catch {
            // Staging is going to say what the store lacks.
            return []
        }
    }
}
