internal import GitProtocol
internal import GitStore
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
            throw RemoteError(.server, operation, "\(error)")
        }
    }

    init(_ error: SystemError, _ operation: String) {
        let kind: Kind = error.isTimeout ? .timeout : error.isCancelled ? .cancelled : .store
        let isOurs = error.isTimeout || error.isCancelled
        self.init(kind, operation, isOurs ? "\(error.operation): \(SystemError.text(of: error.code))" : "\(error)")
    }

    private init(_ error: GitError, _ operation: String) {
        let kind: Kind = error.code == .limitExceeded ? .limit : .store
        self.init(kind, operation, error.description)
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
        self.init(kind, operation, error.message, hint: error.hint)
    }

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
