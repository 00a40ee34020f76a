import Posix
import Testing

@Suite("Secrets")
struct SecretTests {
    @Test("a secret prints as three stars, however it is printed")
    func neverPrinted() {
        let secret = Secret("hunter2")
        #expect("\(secret)" == "***")
        #expect(String(reflecting: secret) == "***")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("hunter2"))
    }
}
