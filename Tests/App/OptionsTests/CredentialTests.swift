import Options
import Posix
import Testing

@Suite("Credentials in JSON")
struct CredentialTests {
    @Test("an object and a list are read")
    func reads() throws {
        let one = try Credentials.read(#"{"url": "https://a", "username": "u", "password": "p"}"#).list
        #expect(one.map(\.url) == [Address("https://a")])
        #expect(one.first?.password?.exposed == "p")
        let two = try Credentials.read(
            #"[{"url":"https://a","username":"u","password-file":"/p"},{"url":"b","username":"v","password":"q"}]"#)
        #expect(two.list.map(\.username) == ["u", "v"])
        #expect(two.list.map(\.passwordFile) == [Path("/p"), nil])
    }

    @Test(
        "what is missing, doubled or unknown is named",
        arguments: [
            (#"{"username":"u","password":"p"}"#, "url is missing"),
            (#"{"url":"a","password":"p"}"#, "username is missing"),
            (#"{"url":"a","username":"u"}"#, "password or password-file is missing"),
            (#"{"url":"a","username":"u","password":""}"#, "password or password-file is missing"),
            (
                #"{"url":"a","username":"u","password":"p","password-file":"f"}"#,
                "only one of password and password-file may be given"
            ),
            (
                #"{"url":"a","username":"u","pasword":"p"}"#,
                "only url, username, password and password-file may be given"
            ),
            (#"{"url":"a","username":1,"password":"p"}"#, "username must be a text"),
            (
                #"[{"url":"a","username":"u","password":"p"},7]"#,
                "expected a JSON object with url, username and password or password-file in entry 2"
            ),
            ("[]", "the list is empty"),
            (#"{"url":"a""#, "the JSON is not valid: expected a comma or } at byte 11"),
        ])
    func refuses(_ text: String, _ message: String) {
        let problem = #expect(throws: ValueProblem.self) { try Credentials.read(text) }
        #expect(problem?.message == message)
    }
}
