internal import Posix
internal import Telemetry

/// The secrets that forges share with us, one in each file; they are read anew each time, so that they can be changed.
struct PushSecrets: Sendable {
    let files: [String]
    let log: QuietLog

    /// The secrets that can be read now.
    ///
    /// An empty file has none: everybody knows the empty text.
    func current() -> [Secret] {
        files.compactMap { file in
            do throws(SystemError) {
                let secret = try Secret.read(file)
                if !secret.exposed.isEmpty { return secret }
                log.warning("a push secret is empty and is not used", ["file": "\(file)"])
            } catch {
                log.warning("a push secret cannot be read", ["file": "\(file)", "error": "\(error)"])
            }
            return nil
        }
    }
}
