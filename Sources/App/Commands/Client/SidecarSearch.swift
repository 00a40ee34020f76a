internal import ControlAPI
internal import JSON
public import Options

/// Whether a sidecar answers on a root.
public enum SidecarSearch: Sendable, Equatable {
    /// It does; with what it says about what was pushed.
    case answers(String)
    /// It does not, and why.
    case silent(String, hint: String?)

    /// Asks the sidecar on a root how it is.
    public static func find(on root: Path) -> SidecarSearch {
        do throws(CommandError) {
            let client = try ControlClient(.socket(root: root), environment: [:])
            return .answers(StatusAnswer(try client.get("/v1/status")).headline(.none))
        } catch {
            return .silent(error.message, hint: error.hint)
        }
    }
}
