internal import JSON
package import Layout
internal import Posix

/// The file that `DeploymentState` is kept in.
package final class StateFile: StateStorage {
    private let file: Place
    private static let mostBytes = 4 << 20

    package init(_ file: Place) {
        self.file = file
    }

    /// What was kept, and why it could not be used where that is so.
    ///
    /// Nothing about this file may keep us from serving: what it held is worth less than that.
    package func load() -> (state: DeploymentState, problem: String?) {
        do {
            let bytes = try file.read(limit: Self.mostBytes)
            return (try DeploymentState(json: try JSONValue.read(String(decoding: bytes, as: UTF8.self))), nil)
        } catch let error as SystemError where error.isNotFound {
            return (DeploymentState(), nil)
        } catch DeploymentState.Unreadable.newer(let version) {
            return (DeploymentState(), setAside(version))
        } catch DeploymentState.Unreadable.damaged(let what) {
            return (DeploymentState(), "it is damaged: \(what)")
        } catch {
            return (DeploymentState(), "\(error)")
        }
    }

    /// Keeps what a later version wrote under another name, for when that version comes back.
    private func setAside(_ version: Int) -> String {
        let words =
            "a newer version of git-sidecar wrote it (version \(version) of its form, \(DeploymentState.fileVersion) is known here)"
        let aside = file.directory.appending("\(file.name).version-\(version)")
        do throws(SystemError) {
            try file.rename(to: aside)
            return "\(words); it is kept as \(aside.path)"
        } catch {
            return "\(words), and cannot be put aside: \(error)"
        }
    }

    package func save(_ state: DeploymentState) throws(Failure) {
        do throws(SystemError) {
            try file.replace(Array((state.json.text + "\n").utf8), synchronized: true)
        } catch {
            throw Failure("\(error)")
        }
    }
}
