import Crypto
import Posix
import TestSupport
import Testing

@Suite("RSA keys", .scratch, .timeLimit(.minutes(1)))
struct RSAPrivateKeyTests {
    private var path: String { "\(Scratch.directory)/key" }

    /// Makes a key with openssl, and another file with its public half.
    private func makeKey(bits: Int, _ form: [String]) throws -> [UInt8] {
        try runProgram(["openssl", "genrsa", "-out", path + ".any", "\(bits)"]).succeeded()
        try runProgram(["openssl", "rsa", "-in", path + ".any", "-out", path] + form).succeeded()
        try runProgram(["openssl", "rsa", "-in", path, "-pubout", "-out", path + ".public"]).succeeded()
        return try TestFiles.read(path)
    }

    private func error(_ pem: [UInt8]) -> String? {
        #expect(throws: CryptoError.self) { _ = try RSAPrivateKey(pem: pem) }?.message
    }

    @Test(
        "a key in either form is read, and openssl takes what it signs",
        arguments: [1024, 2048, 4096], [["-traditional"], []])
    func signature(bits: Int, form: [String]) throws {
        let message = Array("a message".utf8)
        let key = try RSAPrivateKey(pem: try makeKey(bits: bits, form))
        let signature = try key.signature(of: message)
        #expect(signature.count == bits / 8)
        try TestFiles.write(signature, to: path + ".signature")
        let verify = ["openssl", "dgst", "-sha256", "-verify", path + ".public", "-signature", path + ".signature"]
        try runProgram(verify, input: message).succeeded()
        #expect(try runProgram(verify, input: message + [0]).status != 0)
    }

    @Test("what is no such key is refused, with what is wrong with it")
    func refused() throws {
        let whole = try makeKey(bits: 2048, [])
        #expect(error(Array(whole.prefix(whole.count / 2))) == "it is damaged or was cut")
        #expect(error([]) == "it is empty")
        #expect(error(Array("no key".utf8)) == "it is not in PEM form")
        #expect(error(try TestFiles.read(path + ".public")) == "it holds no private key")
        let other = path + ".other"
        try runProgram(["openssl", "genpkey", "-algorithm", "ed25519", "-out", other]).succeeded()
        #expect(error(try TestFiles.read(other)) == "it is no RSA key")
        try runProgram(["openssl", "rsa", "-in", path, "-aes256", "-passout", "pass:x", "-out", other]).succeeded()
        #expect(error(try TestFiles.read(other)) == "it is protected by a passphrase")
    }
}
