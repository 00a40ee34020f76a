import Crypto
import FuzzSupport
import GitProtocol
import Glibc
import HTTPServer
import Telemetry

@testable import Sidecar

@main
enum FuzzPushHook {
    static func main() { runFuzzer(fuzz) }
}

/// Called by the fuzzer with bytes to take as the body of a delivery that is signed as it should be.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = FuzzInput(data, count)
    let request = delivery(input.choice, input.bytes)
    let answer = hook.answer(request)
    precondition([200, 202, 400, 401].contains(answer.status), "\(answer.status)")
    precondition(answer.headers.allSatisfy { !$0.value.contains("\n") })
    return 0
}

private let secret = Array("secret".utf8)

private let hook: PushHook = {
    // The hook reads its secret from a file.
    let path = "/tmp/fuzz-push-secret.\(getpid())"
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    write(file, secret, secret.count)
    close(file)
    atexit { unlink("/tmp/fuzz-push-secret.\(getpid())") }
    let log = QuietLog(.silent)
    let repository = [RepositoryIdentity(address: "https://example.com/team/app")].compactMap { $0 }
    guard let query = try? RefQuery("main") else { preconditionFailure("main is no name") }
    return PushHook(
        secrets: PushSecrets(files: [path], log: log), target: PushTarget(repositories: repository, query: query),
        logger: .silent, log: log, deliveries: RateLimit(burst: .max, perSecond: 1e9),
        failures: RateLimit(burst: .max, perSecond: 1e9), wake: {})
}()

private func delivery(_ choice: UInt8, _ body: [UInt8]) -> Request {
    let code = Hexadecimal.text(HMACSHA256.code(of: body, key: secret))
    var headers: [HeaderField] =
        switch choice & 3 {
        case 0: [HeaderField("X-GitHub-Event", "push"), HeaderField("X-Hub-Signature-256", "sha256=" + code)]
        case 1: [HeaderField("X-Gitea-Event", "push"), HeaderField("X-Gitea-Signature", code)]
        case 2: [HeaderField("X-Gitlab-Event", "Push Hook"), HeaderField("X-Gitlab-Token", "secret")]
        default: [HeaderField("X-Event-Key", "repo:push"), HeaderField("X-Hub-Signature", "sha256=" + code)]
        }
    if choice & 4 != 0 { headers.append(HeaderField("Content-Type", "application/x-www-form-urlencoded")) }
    return Request("POST", "/hooks/push", headers: headers, body: body)
}
