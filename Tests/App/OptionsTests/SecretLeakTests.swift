import Options
import Posix
import Testing

@Suite("Secrets stay secret")
struct SecretLeakTests {
    @Test(
        "a secret is in no setting, problem or warning that is printed, however wrong the rest is",
        arguments: [
            (["--repo=https://user:hunter2@example.com/a.git"], [:]),
            (["--repo=git://user:hunter2@example.com/a.git"], [:]),
            (["--repo", "https://example.com/?private_token=hunter2"], [:]),
            (["--repo=user:hunter2@example.com/a.git"], [:]),
            (["--repo=https://u:hunter2@host/\n"], [:]),
            (["https://user:hunter2@example.com/a.git"], [:]),
            (["run", "https://user:hunter2@example.com/a.git"], [:]),
            (["--password", "hunter2"], [:]),
            (["--password=hunter2", "--username=u", "--password-file=/p"], [:]),
            (["--pasword", "hunter2"], [:]),
            (["--password=\u{301}hunter2"], [:]),
            (["--pasword=\u{301}hunter2"], [:]),
            (["--passwordhunter=hunter2"], [:]),
            (["-phunter2"], [:]),
            (["--credential={\"url\":\"a\",\"username\":\"u\",\"password\":\"hunter2\"}"], [:]),
            (["--credential={\"url\":\"a\",\"password\":\"hunter2\"}"], [:]),
            (["--credential={\"password\":hunter2}"], [:]),
            (["--git-config=http.extraHeader:Authorization\\: hunter2"], [:]),
            (["--git-config=http.extraHeader:hunter2,hunter2"], [:]),
            (["--git-config-add=\"hunter2"], [:]),
            (["--webhook-url=https://u:hunter2@h/", "--webhook-timeout=1"], [:]),
            (["--reload-url=ftp://u:hunter2@h/"], [:]),
            (["--on-change=*=http:POST@https://u:hunter2@h/"], [:]),
            (["--on-change=*=http:POST@ftp://u:hunter2@h/"], [:]),
            (["status", "--control=ftp://u:hunter2@h/"], [:]),
            ([], ["GITSYNC_PASSWORD": "hunter2"]),
            ([], ["GIT_SYNC_PASSWORD": "hunter2", "GITSYNC_PASSWORD": "hunter2"]),
            ([], ["GITSYNC_GITHUB_APP_PRIVATE_KEY": "hunter2"]),
            ([], ["GITSYNC_PASWORD": "hunter2"]),
            ([], ["GITSYNC_ASKPASS_URL": "ftp://u:hunter2@h/"]),
            ([], ["GITSYNC_REPO": "ext::sh -c hunter2 https://u:hunter2@h"]),
        ] as [([String], [String: String])])
    func neverPrinted(_ arguments: [String], _ environment: [String: String]) {
        let invocation = Invocation.parse(arguments: arguments, environment: environment)
        var printed = ""
        dump(invocation, to: &printed)
        printed += "\(invocation)" + String(reflecting: invocation)
        for row in OptionTable.all { printed += row.text(in: invocation.settings) }
        do throws(UsageError) {
            let plan = try invocation.plan(probe: probe())
            dump(plan, to: &printed)
            printed += "\(plan)"
        } catch {
            printed += error.description
        }
        // A remote helper is a command line; what follows its name is not shown either.
        #expect(!printed.contains("hunter2"))
    }

    @Test("variables that hold a secret are known, so that no child gets them")
    func secretVariables() {
        let environment = [
            "GITSYNC_PASSWORD": "p", "GIT_SYNC_REPO": "https://u:p@h/", "GITSYNC_REPO": "https://h/",
            "GITSYNC_WEBHOOK_URL": "https://h/?token=x", "GITSYNC_GIT_CONFIG": "a:b", "PATH": "/bin",
            "GITSYNC_ON_CHANGE": "*=http:POST@https://u:p@h/",
        ]
        #expect(
            OptionTable.secretVariables(in: environment) == [
                "GITSYNC_PASSWORD", "GIT_SYNC_REPO", "GITSYNC_WEBHOOK_URL", "GITSYNC_GIT_CONFIG", "GITSYNC_ON_CHANGE",
            ])
    }

    @Test("the secrets do arrive")
    func arrives() {
        let settings = parse(environment: ["GITSYNC_PASSWORD": "hunter2"]).settings
        #expect(settings.password == Secret("hunter2"))
        #expect(parse("--repo=https://u:hunter2@h/").settings.repo?.exposed == "https://u:hunter2@h/")
    }

    @Test("a password in a flag is accepted with a warning")
    func passwordFlag() {
        let invocation = parse("--password=hunter2")
        #expect(invocation.complaints == [])
        #expect(invocation.settings.password == Secret("hunter2"))
        #expect(
            invocation.warnings == [
                "--password: everybody on the machine can read it there; use --password-file, or GITSYNC_PASSWORD"
            ])
    }
}
