internal import GitFiles
internal import GitProtocol
internal import HTTPClient
internal import Posix

extension RemoteError {
    /// Runs a part of an operation and tells its failure, whatever module it comes from, as a failure of the operation.
    static func during<Result>(
        _ operation: String, _ body: () throws -> Result
    ) throws(RemoteError) -> Result {
        do {
            return try body()
        } catch let error as RemoteError {
            throw error
        } catch let error as TransferError {
            throw RemoteError(error, operation)
        } catch let error as ProtocolError {
            throw RemoteError(error, operation)
        } catch let error as GitError {
            throw RemoteError(error, operation)
        } catch let error as SystemError {
            throw RemoteError(error, operation)
        } catch {
            // What takes the pack in could not be asked at all: its own words say why.
            throw RemoteError(.worker, operation, "\(error)", cause: error)
        }
    }

    init(_ error: SystemError, _ operation: String) {
        // The same words as of a transfer over HTTP: people look for them in logs.
        if error.isTimeout {
            self.init(.timeout, operation, "it was not done when its time was up")
        } else if error.isCancelled {
            self.init(.cancelled, operation, "it was called off")
        } else {
            self.init(.store, operation, "\(error)")
        }
    }

    private init(_ error: GitError, _ operation: String) {
        if let cause = error.cause, cause.isTimeout || cause.isCancelled {
            self.init(cause, operation)
        } else if error.code == .limitExceeded {
            self.init(.limit, operation, "the pack is too large: \(error.message)")
        } else if error.category == .memory || error.message.contains("overly large object") {
            self.init(.limit, operation, "the pack holds an object that is too large: \(error.message)")
        } else if error.code == .missing {
            self.init(.notFound, operation, error.description, hint: "check --repo")
        } else if error.cause == nil, error.category == .indexer || error.category == .compression {
            self.init(
                .malformed, operation, "the pack that came is damaged: \(error.message)",
                hint: "if it stays so, the server's repository or something between us and it is broken")
        } else {
            self.init(.store, operation, error.description)
        }
    }

    private init(_ error: TransferError, _ operation: String) {
        let kind: Kind =
            switch error.code {
            case .dns, .refused, .unreachable, .proxy: .unreachable
            case .timeoutConnect, .timeoutIdle, .timeoutTotal: .timeout
            case .cancelled: .cancelled
            case .tlsCertificate, .tlsHandshake, .tlsClientCertificate: .identity
            case .cut, .protocol: .malformed
            case .tooLarge: .limit
            case .invalid, .redirectRefused: .configuration
            default: .unreachable
            }
        let hint: String? =
            switch error.code {
            case .dns: RemoteError.unknownHostHint
            case .refused: RemoteError.refusedHint
            case .proxy: error.hint ?? "check http_proxy, https_proxy and http.proxy"
            // The address that was asked is one of git's; people give the repository's.
            case .redirectRefused: error.hint?.replacing("/info/refs?service=git-upload-pack", with: "")
            default: nil
            }
        self.init(kind, operation, error.message, hint: hint ?? error.hint)
    }

    static let unknownHostHint = "check the host in --repo, and the name servers"
    static let refusedHint = "check host and port in --repo, and that the server runs"

    private init(_ error: ProtocolError, _ operation: String) {
        let kind: Kind =
            switch error.code {
            case .malformed, .cut: .malformed
            case .oversized: .limit
            case .refused: .server
            case .unsupported: .server
            case .missingReference, .emptyRepository: .missingReference
            case .invalidRequest: .configuration
            }
        self.init(kind, operation, error.message, hint: error.hint)
    }
}
